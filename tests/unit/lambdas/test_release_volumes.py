"""release_volumes: EC2's word that a machine is gone frees its volumes."""

from __future__ import annotations

from lambdas.release_volumes.handler import handle
from tests.fakes.dying import INSTANCE, DyingWorld
from tests.unit.lambdas.conftest import Context, Load, in_queue


def test_the_news_of_a_death_puts_its_node_out_of_service(
    dying: DyingWorld, sample: Load, context: Context
) -> None:
    event = sample("handle_interruption/state_terminated")
    event["detail"]["instance-id"] = INSTANCE
    dying.warn()
    dying.die()
    assert handle(in_queue(event), context) == {"batchItemFailures": []}
    assert [taint.key for taint in dying.node.taints] == ["node.kubernetes.io/out-of-service"]


def test_a_message_that_is_none_ends_in_the_failure_queue(dying: DyingWorld, context: Context) -> None:
    answer = handle(in_queue({"instance": INSTANCE, "more": 1}), context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
