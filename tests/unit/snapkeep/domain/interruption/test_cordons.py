"""What is written on a node, and what may be removed again."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from snapkeep.domain.interruption.cordons import cordon, uncordon
from snapkeep.domain.interruption.nodes import NodeChange
from snapkeep.domain.object_labels import CORDON
from tests.fakes.dying import a_node

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_cordon_says_why_and_when_and_leaves_taints_alone() -> None:
    plan = cordon(a_node(), "event-1", AT)
    assert plan.ours and plan.change is not None and plan.change.taints is None
    assert plan.change.unschedulable is True
    assert json.loads(plan.change.annotations[CORDON] or "") == {
        "event": "event-1",
        "at": "2026-11-24T12:00:00+00:00",
        "was_cordoned": False,
    }


def test_a_node_that_a_person_cordoned_stays_theirs() -> None:
    theirs = a_node(unschedulable=True)
    plan = cordon(theirs, "event-1", AT)
    assert (plan.change, plan.ours) == (None, False)
    assert "somebody else" in plan.reason
    assert uncordon(theirs).change is None


def test_a_second_announcement_writes_nothing() -> None:
    plan = cordon(a_node(unschedulable=True, annotations={CORDON: "{}"}), "event-2", AT)
    assert (plan.change, plan.ours) == (None, True)


def test_our_cordon_is_lifted_with_its_note() -> None:
    plan = uncordon(a_node(unschedulable=True, annotations={CORDON: "{}"}))
    assert plan.change == NodeChange(unschedulable=False, annotations={CORDON: None})


def test_a_node_that_somebody_uncordoned_only_loses_the_note() -> None:
    plan = uncordon(a_node(annotations={CORDON: "{}"}))
    assert plan.change == NodeChange(annotations={CORDON: None})
    assert "somebody has already uncordoned" in plan.reason
