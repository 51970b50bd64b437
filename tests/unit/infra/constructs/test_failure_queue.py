"""Where messages go that nobody could handle."""

from __future__ import annotations

from tests.unit.infra.template import Template


def test_every_queue_is_encrypted(template: Template) -> None:
    for queue in template.resources("SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True


def test_what_started_functions_could_not_do_is_kept(template: Template) -> None:
    for name in ("plan_backup", "reconcile", "prune"):
        queue = template.at(template.function(name)["DeadLetterConfig"]["TargetArn"])
        assert queue["MessageRetentionPeriod"] == 14 * 86400
