"""Twins that nobody marked: both stay, neither counts."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.duplicates import SlotIndex
from snapkeep.domain.retention.snapshot_tags import ReadablePoint
from tests.contract.ports.samples import NOW

HOUR = timedelta(hours=1)


def listed(
    name: str, hours: int = 0, claim: str = "a", policy: str = "nightly", volume: str = "v"
) -> ReadablePoint:
    return ReadablePoint(
        claim, policy, Candidate(name, NOW, PointState.READY, volume=volume), NOW - hours * HOUR
    )


def unreadable(*found: ReadablePoint) -> tuple[dict[str, str], list[str]]:
    """Twins with their reasons, and the ids that are left in their lineages."""
    slots = SlotIndex()
    lineages: dict[tuple[str, str], list[Candidate]] = {}
    for item in found:
        if slots.admits(item):
            lineages.setdefault((item.claim, item.policy), []).append(item.candidate)
    twins = {twin.snapshot_id: twin.reason for twin in slots.settle(lineages)}
    return twins, sorted(point.id for points in lineages.values() for point in points)


def test_one_snapshot_for_each_slot_of_each_lineage_is_no_twin() -> None:
    others = [listed("s3", claim="b"), listed("s4", policy="hourly")]
    assert unreadable(listed("s1"), listed("s2", 1), *others) == ({}, ["s1", "s2", "s3", "s4"])


def test_a_snapshot_of_another_volume_is_no_twin() -> None:
    assert unreadable(listed("s1"), listed("s2", volume="w")) == ({}, ["s1", "s2"])


def test_what_is_listed_again_is_no_twin_either() -> None:
    assert unreadable(listed("s1"), listed("s2", 1), listed("s1")) == ({}, ["s1", "s2"])


def test_twins_and_triplets_leave_their_lineage_and_name_each_other() -> None:
    twins, left = unreadable(listed("s1"), listed("s2"), listed("s3", 1), listed("s4"))
    assert left == ["s3"] and sorted(twins) == ["s1", "s2", "s4"]
    assert "those of s1" in twins["s2"] and "those of s1" in twins["s4"]
    assert "snapkeep:duplicate=true" in twins["s1"]


def test_a_lineage_with_nothing_left_is_gone() -> None:
    slots = SlotIndex()
    lineages = {("a", "nightly"): [listed("s1").candidate]}
    assert slots.admits(listed("s1")) and not slots.admits(listed("s2"))
    assert len(list(slots.settle(lineages))) == 2 and lineages == {}
