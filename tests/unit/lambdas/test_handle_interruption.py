"""handle_interruption: every announcement in every wrapping reaches the node, and trouble comes again."""

from __future__ import annotations

import json

import pytest

from lambdas.handle_interruption.handler import handle
from snapkeep.domain.errors import ClusterUnreachable, TemporaryError
from tests.fakes.dying import DyingWorld, a_node, an_instance
from tests.unit.lambdas.conftest import Context, Load, in_queue

SAMPLES = ["spot_terminate", "spot_zone_arn", "spot_stop", "rebalance", "lifecycle", "capacity"]


@pytest.mark.parametrize("case", SAMPLES)
def test_a_node_of_ours_is_cordoned(dying: DyingWorld, sample: Load, context: Context, case: str) -> None:
    event = sample(f"handle_interruption/{case}")
    instance = dying.own(event)
    (handled,) = handle(event, context)["handled"]
    assert (handled["instance"], handled["outcome"]) == (instance, "act")
    assert dying.node.unschedulable


@pytest.mark.parametrize("case", ["lifecycle_direct", "lifecycle_sns"])
def test_auto_scaling_s_own_messages_are_taken_from_the_queue(
    dying: DyingWorld, sample: Load, context: Context, case: str
) -> None:
    message = sample(f"handle_interruption/{case}")
    inner = json.loads(message["Message"]) if "Message" in message else message
    dying.own({"detail": inner})
    assert handle(in_queue(message), context) == {"batchItemFailures": []}
    assert dying.node.unschedulable and dying.journal.incidents.all


def test_a_message_in_trouble_comes_again_alone(dying: DyingWorld, sample: Load, context: Context) -> None:
    message = sample("handle_interruption/lifecycle_direct")
    dying.own({"detail": message})
    answer = handle(in_queue("no json", message), context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def test_three_instances_of_one_health_event_are_three_incidents(
    dying: DyingWorld, sample: Load, context: Context
) -> None:
    event = sample("handle_interruption/health_three")
    for entity in event["detail"]["affectedEntities"]:
        instance = entity["entityValue"].rsplit("/", 1)[-1]
        dying.instances.all[instance] = an_instance(instance, private_dns=instance)
        dying.nodes.nodes[instance] = a_node(instance, instance)
    assert len(handle(event, context)["handled"]) == 3
    assert len(dying.journal.incidents.all) == 3


def test_one_instance_in_trouble_does_not_stop_the_others_and_the_event_comes_again(
    dying: DyingWorld, sample: Load, context: Context
) -> None:
    event = sample("handle_interruption/health_three")
    ids = [entity["entityValue"].rsplit("/", 1)[-1] for entity in event["detail"]["affectedEntities"]]
    for instance in ids:
        dying.instances.all[instance] = an_instance(instance, private_dns=instance)
        dying.nodes.nodes[instance] = a_node(instance, instance)
    dying.nodes.fail_next("open", ClusterUnreachable("the API did not answer"))
    with pytest.raises(ClusterUnreachable):
        handle(event, context)
    assert set(dying.journal.incidents.all) == set(ids[1:])


def test_a_journal_in_trouble_with_one_instance_does_not_stop_the_others(
    dying: DyingWorld, sample: Load, context: Context
) -> None:
    event = sample("handle_interruption/health_three")
    ids = [entity["entityValue"].rsplit("/", 1)[-1] for entity in event["detail"]["affectedEntities"]]
    for instance in ids:
        dying.instances.all[instance] = an_instance(instance, private_dns=instance)
        dying.nodes.nodes[instance] = a_node(instance, instance)
    dying.journal.fail_next("incident", TemporaryError("the journal did not answer"))
    with pytest.raises(TemporaryError):
        handle(event, context)
    assert set(dying.journal.incidents.all) == set(ids[1:])


def test_an_unknown_kind_in_the_queue_is_counted_as_well(
    dying: DyingWorld, sample: Load, context: Context
) -> None:
    answer = handle(in_queue(sample("handle_interruption/unknown_kind"), {"hello": "world"}), context)
    assert answer == {"batchItemFailures": []}
    assert len(dying.news.unknown) == 2 and dying.journal.incidents.all == {}


def test_the_test_message_of_a_hook_does_nothing(dying: DyingWorld, sample: Load, context: Context) -> None:
    answer = handle(in_queue(sample("handle_interruption/lifecycle_test")), context)
    assert answer == {"batchItemFailures": []}
    assert dying.nodes.calls == [] and dying.journal.incidents.all == {}


def test_a_kind_we_do_not_know_is_a_quiet_no_op_with_a_metric(
    dying: DyingWorld, sample: Load, context: Context
) -> None:
    assert "unknown" in handle(sample("handle_interruption/unknown_kind"), context)
    assert len(dying.news.unknown) == 1
    assert dying.nodes.calls == []


def test_a_tick_looks_after_incidents(dying: DyingWorld, context: Context) -> None:
    dying.warn()
    dying.wait(minutes=15)
    (handled,) = handle({"scheduledTime": "2026-11-24T12:00:00Z"}, context)["incidents"]
    assert handled["outcome"] == "withdrawn"
