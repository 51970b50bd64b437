"""The demo's checks of a dying node: whatever EC2 and the cluster show wrong is said in words."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.demo import verify_interruption
from sandbox.demo.facts import ClaimFact, InterruptionFact, LiveSnapshot, MomentFact
from sandbox.demo.verify import NEEDED_TAGS
from snapkeep.domain import tags

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
GROUP = [
    ClaimFact("myeks", "wordpress", name, policy="wordpress", protected=True, reason="")
    for name in ("mysql-pv-claim", "wp-pv-claim")
]


def snapshot(claim: str, **changes: Any) -> LiveSnapshot:
    every = dict.fromkeys(NEEDED_TAGS, "x") | {tags.CLAIM: claim}
    made = LiveSnapshot(f"snap-{claim}", "completed", AT, 20 * 2**30, every)
    return dataclasses.replace(made, **changes)


GOOD = InterruptionFact(
    node="node-1",
    instance="i-1",
    state="terminated",
    moved_to="node-2",
    healthy=True,
    left_attached=(),
    snapshots=tuple(snapshot(claim.claim) for claim in GROUP),
    timeline=(MomentFact(AT, "cordon: node-1 takes no new pods", 119.0),),
)


def test_a_saved_node_is_nothing_to_complain_about() -> None:
    assert verify_interruption.complaints(GOOD, GROUP) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"snapshots": GOOD.snapshots[:1]}, "no snapshots of ['wp-pv-claim'] were taken"),
        (
            {
                "snapshots": (
                    GOOD.snapshots[0],
                    snapshot("wp-pv-claim", started_at=AT + timedelta(seconds=1)),
                )
            },
            "not of one moment",
        ),
        ({"snapshots": (GOOD.snapshots[0], snapshot("wp-pv-claim", state="pending"))}, "is pending"),
        ({"state": "running"}, "i-1 is running, expected terminated"),
        ({"healthy": False}, "does not run elsewhere"),
        ({"moved_to": "node-1"}, "does not run elsewhere"),
        ({"left_attached": ("csi-1",)}, "1 volumes are still attached to node-1"),
        ({"timeline": ()}, "no cordon in time"),
        ({"timeline": (MomentFact(AT, "cordon: late", -3.0),)}, "no cordon in time"),
        ({"timeline": (*GOOD.timeline, MomentFact(AT - timedelta(1), "saved", None))}, "out of order"),
        ({"timeline": (*GOOD.timeline, MomentFact(AT, "saved", 121.0))}, "119.0 seconds left, and 121.0"),
    ],
)
def test_whatever_is_wrong_is_told(change: dict[str, Any], complaint: str) -> None:
    found = verify_interruption.complaints(dataclasses.replace(GOOD, **change), GROUP)

    assert any(complaint in text for text in found), found
