"""Queues that functions work through."""

from __future__ import annotations

import pytest

from tests.unit.infra.template import Template

WORKERS = pytest.mark.parametrize("worker", ["take_snapshots", "record_completion"])


def test_a_message_stays_hidden_for_six_timeouts(template: Template) -> None:
    _, queue = template.source_of("take_snapshots")

    assert queue["VisibilityTimeout"] >= 6 * template.function("take_snapshots")["Timeout"]


@WORKERS
def test_a_batch_may_fail_in_part(template: Template, worker: str) -> None:
    mapping, _ = template.source_of(worker)

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@WORKERS
def test_after_five_attempts_a_message_is_put_aside(template: Template, worker: str) -> None:
    _, queue = template.source_of(worker)

    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    assert template.at(queue["RedrivePolicy"]["deadLetterTargetArn"])["MessageRetentionPeriod"] == 14 * 86400
