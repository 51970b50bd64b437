"""save_node: a message saves a node, a rehearsal only says how."""

from __future__ import annotations

from lambdas.save_node.handler import handle
from tests.fakes.dying import INSTANCE, DyingWorld
from tests.unit.lambdas.conftest import Context, in_queue


def test_a_message_saves_its_node(dying: DyingWorld, context: Context) -> None:
    dying.warn()
    assert handle(in_queue({"instance": INSTANCE}), context) == {"batchItemFailures": []}
    assert len(dying.backups.ebs.all) == 2


def test_a_message_in_trouble_comes_again(dying: DyingWorld, context: Context) -> None:
    answer = handle(in_queue({"instance": "nobody"}, {"instance": INSTANCE}), context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def test_a_rehearsal_answers_the_plan_by_volume_and_by_pod(dying: DyingWorld, context: Context) -> None:
    plan = handle({"dry_run": True, "cluster": "myeks", "instance": INSTANCE}, context)
    assert [claim["name"] for claim in plan["save"]["claims"]] == ["mysql", "wordpress"]
    assert [item["pod"]["name"] for item in plan["drain"]["leaving"]] == ["mysql-0", "wordpress-0", "web"]
    assert len(dying.backups.ebs.all) == 0
