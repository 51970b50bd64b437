"""Whose point a snapshot is: the volume decides, not the tags."""

from __future__ import annotations

from snapkeep.domain.backup.claim_volumes import ClaimVolumes, Lineages, settle
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.snapshot_tags import ReadablePoint
from tests.contract.ports.samples import NOW


def listed(name: str, volume: str, claim: str = "a", policy: str = "nightly") -> ReadablePoint:
    return ReadablePoint(
        claim, policy, Candidate(name, NOW, PointState.READY, volume=volume), NOW, f"shop/{claim}"
    )


def settled(volumes: dict[str, str], *found: ReadablePoint) -> tuple[dict[str, str], Lineages]:
    """The strangers with their reasons, and the lineages that are left."""
    seen, lineages = ClaimVolumes(), Lineages()
    for item in found:
        seen.add(item)
        lineages.setdefault((item.claim, item.policy), []).append(item.candidate)
    strangers = settle(lineages, seen.disputed, volumes)
    return {item.snapshot_id: item.reason for item in strangers}, lineages


def test_a_claim_whose_points_are_of_one_volume_is_left_alone() -> None:
    points = [listed("s1", "v"), listed("s2", "v", policy="hourly"), listed("s3", "w", claim="b")]
    strangers, lineages = settled({}, *points)
    assert strangers == {}
    assert {point.id for points in lineages.values() for point in points} == {"s1", "s2", "s3"}


def test_a_snapshot_of_another_volume_belongs_to_no_lineage_of_the_claim() -> None:
    points = [
        listed("s1", "v"),
        listed("s2", "w"),
        listed("s3", "w", policy="hourly"),
        listed("s4", "v", "b"),
    ]
    strangers, lineages = settled({"a": "v"}, *points)
    assert sorted(strangers) == ["s2", "s3"]
    assert strangers["s2"].startswith(
        "its tags name the claim shop/a, but the claim's volume is v and the snapshot is of w"
    )
    assert sorted(lineages) == [("a", "nightly"), ("b", "nightly")]
    assert [point.id for point in lineages["a", "nightly"]] == ["s1"]


def test_where_nobody_can_tell_the_volume_none_of_the_claims_points_counts() -> None:
    strangers, lineages = settled({}, listed("s1", "v"), listed("s2", "w"), listed("s3", "v", "b"))
    assert sorted(strangers) == ["s1", "s2"]
    assert "of several volumes name the claim shop/a, this one v" in strangers["s1"]
    assert list(lineages) == [("b", "nightly")]
