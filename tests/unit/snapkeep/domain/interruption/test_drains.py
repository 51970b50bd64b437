"""Who drains, who leaves first, and with how much time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.interruption.drains import MARGIN, drainer, grace, is_last_moment, plan_drain
from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.rules import Draining, NodeRules, OnRebalance
from tests.fakes.dying import a_notice, a_pod

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
MANAGED = {"eks.amazonaws.com/nodegroup": "spot"}


@pytest.mark.parametrize(
    ("left", "last"),
    [
        (MARGIN + timedelta(seconds=1), False),
        (MARGIN, True),
        (timedelta(seconds=1), True),
        (timedelta(), False),
    ],
)
def test_the_last_moment_ends_with_the_deadline(left: timedelta, last: bool) -> None:
    assert is_last_moment(AT + left, AT) is last
    assert not is_last_moment(None, AT)


def test_a_node_that_nobody_else_drains_is_ours() -> None:
    assert drainer(NodeRules(), a_notice(AT), {}).ours


@pytest.mark.parametrize(
    ("label", "who"),
    [
        ("karpenter.sh/nodepool", "Karpenter"),
        ("eks.amazonaws.com/compute-type", "EKS Auto Mode"),
        ("eks.amazonaws.com/nodegroup", "the managed node group"),
    ],
)
def test_who_drains_its_nodes_itself_is_left_to_it_and_named(label: str, who: str) -> None:
    found = drainer(NodeRules(), a_notice(AT), {label: "x"})
    assert not found.ours and found.reason.startswith(who)
    assert drainer(NodeRules(drain=Draining.ON), a_notice(AT), {label: "x"}).ours


def test_drain_off_is_off() -> None:
    assert not drainer(NodeRules(drain=Draining.OFF), a_notice(AT), {}).ours


def test_a_recommendation_drains_only_where_the_rules_say_so() -> None:
    recommended = a_notice(AT, Kind.REBALANCE)
    assert not drainer(NodeRules(drain=Draining.ON), recommended, {}).ours
    assert drainer(NodeRules(rebalance=OnRebalance.DRAIN), recommended, {}).ours


def test_nothing_is_evicted_from_a_machine_that_goes_down_or_hibernates() -> None:
    on = NodeRules(drain=Draining.ON)
    assert not drainer(on, a_notice(AT, Kind.STATE, action="shutting-down"), {}).ours
    assert not drainer(on, a_notice(AT, action="hibernate"), {}).ours


def test_pods_with_claims_leave_first_and_others_stay_with_a_reason() -> None:
    pods = [
        a_pod("web", owner="ReplicaSet"),
        a_pod("agent", owner="DaemonSet"),
        a_pod("etcd", static=True),
        a_pod("done", phase="Succeeded"),
        a_pod("going", deleting=True),
        a_pod("files", "files", owner="ReplicaSet"),
        a_pod("mysql-0", "mysql"),
    ]
    plan = plan_drain(pods, None, AT)
    assert [leaving.pod.name for leaving in plan.leaving] == ["mysql-0", "files", "web"]
    assert {staying.pod.name for staying in plan.staying} == {"agent", "etcd", "done", "going"}
    assert all(staying.reason for staying in plan.staying)


def test_a_pod_gets_its_own_grace_while_there_is_time_and_less_when_there_is_not() -> None:
    deadline = AT + timedelta(seconds=120)
    patient = a_pod("mysql-0", grace_seconds=600)
    assert grace(a_pod("quick", grace_seconds=5), deadline, AT) == 5
    assert grace(patient, deadline, AT) == 120 - MARGIN.total_seconds()
    assert grace(patient, deadline, deadline) == 1
    assert grace(patient, None, AT) == 600
    assert grace(a_pod("rude", grace_seconds=0), deadline, AT) == 1


@given(own=st.integers(0, 10_000), late=st.integers(-600, 600))
def test_no_pod_outlives_the_deadline_by_its_grace(own: int, late: int) -> None:
    deadline = AT + timedelta(seconds=120)
    now = deadline - timedelta(seconds=late)
    seconds = grace(a_pod("any", grace_seconds=own), deadline, now)
    assert 1 <= seconds <= max(1, own)
    assert seconds == 1 or now + timedelta(seconds=seconds) + MARGIN <= deadline
