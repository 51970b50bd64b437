"""What the pods of a node show of a drain that is left to others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.interruption.nodes import Pod
from snapkeep.domain.interruption.notices import HEALTH_LEAD, Kind
from snapkeep.domain.interruption.rules import NodeRules, Verify
from snapkeep.domain.interruption.verification import VERIFY_AFTER, steps_in, verdict, verifies_at
from tests.fakes.dying import a_notice, a_pod

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
THEN = AT + timedelta(seconds=41)


def test_a_look_40_seconds_after_the_notice_leaves_a_spot_node_more_than_a_minute() -> None:
    notice = a_notice(AT)
    assert verifies_at(notice) == AT + timedelta(seconds=40)
    assert notice.deadline is not None and notice.deadline - verifies_at(notice) > timedelta(minutes=1)


def test_a_scheduled_change_is_looked_at_after_its_hour_has_come() -> None:
    start = AT + timedelta(days=7)
    change = a_notice(AT, Kind.HEALTH, action="RETIRE", deadline=start)
    assert verifies_at(change) == start - HEALTH_LEAD + VERIFY_AFTER


@pytest.mark.parametrize(
    "pod",
    [
        a_pod("mysql-0", "mysql", deleting=True),
        a_pod("web", owner="ReplicaSet"),
        a_pod("agent", "cache", owner="DaemonSet"),
        a_pod("done", "mysql", phase="Succeeded"),
        a_pod("etcd", "data", static=True),
    ],
)
def test_nobody_waits_for_pods_without_claims_nor_for_those_on_their_way_or_bound_to_the_node(
    pod: Pod,
) -> None:
    found = verdict("Karpenter", NodeRules(), a_notice(AT), [pod], THEN)
    assert (found.left, found.reason) == ((), "Karpenter has left no pod with a claim to evict")


def test_pods_with_claims_that_nobody_evicted_are_named_with_who_was_to_do_it() -> None:
    pods = [a_pod("web"), a_pod("mysql-0", "mysql"), a_pod("wordpress-0", "wordpress", deleting=True)]
    found = verdict("Karpenter", NodeRules(), a_notice(AT), pods, THEN)
    assert [pod.name for pod in found.left] == ["mysql-0"]
    expected = "Karpenter has not evicted shop/mysql-0, 41 s after the notice; Snapkeep evicts"
    assert found.reason == expected


def test_where_the_rules_say_tell_nobody_is_evicted_and_the_line_says_so() -> None:
    reaction = NodeRules(verify=Verify.TELL)
    found = verdict("Karpenter", reaction, a_notice(AT), [a_pod("mysql-0", "mysql")], THEN)
    assert found.reason.endswith("Snapkeep evicts nobody (verify: tell)")
    assert not steps_in(reaction, a_notice(AT))


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.SPOT}))
def test_other_notices_are_told_and_drained_by_nobody_of_ours(kind: Kind) -> None:
    notice = a_notice(AT, kind)
    found = verdict("Karpenter", NodeRules(), notice, [a_pod("mysql-0", "mysql")], THEN)
    assert found.reason.endswith("evicts nobody (it steps in after spot notices only)")
    assert not steps_in(NodeRules(), notice) and steps_in(NodeRules(), a_notice(AT))
