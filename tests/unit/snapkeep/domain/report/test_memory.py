"""What the last runs say about claims that nobody can ask about now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.backup.runs import Run, RunState, Skipped
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.report.coverage import LastGood
from snapkeep.domain.report.memory import KnownClaim, Memory
from tests.contract.ports.samples import a_point

SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)
DAY = timedelta(days=1)


def a_run(policy: str = "nightly", slot: datetime = SLOT) -> Run:
    return Run(f"myeks.{policy}.{slot:%d}", "myeks", policy, slot, RunState.COMPLETED, slot)


def taken(name: str = "data", uid: str = "uid-1", **changes: object) -> Point:
    point = a_point()
    claim = replace(point.claim, namespace="shop", name=name, uid=uid)
    return replace(point, claim=claim, policy="nightly", slot=SLOT, **changes)  # type: ignore[arg-type]


def claims(memory: Memory, good: dict[str, LastGood] | None = None, namespace: str = "") -> list[KnownClaim]:
    found = {uid: [item] for uid, item in (good or {}).items()}
    return list(memory.claims(found, dict.fromkeys(found, ("shop", "data")), namespace))


def test_a_claim_that_never_had_a_good_point_is_known_with_the_failure() -> None:
    memory = Memory()
    memory.add(a_run(), [taken(state=PointState.FAILED, reason="the volume is busy")], [])
    (found,) = claims(memory)
    assert (found.name, found.policies, found.left) == (("shop", "data"), ["nightly"], None)
    assert found.failure == "policy nightly failed at 2026-11-24 18:00 UTC: the volume is busy"
    (with_point,) = claims(memory, {"uid-1": LastGood("p", "nightly", SLOT - DAY)})
    assert with_point.failure == ""


def test_what_runs_left_is_known_with_the_reason_that_says_most() -> None:
    memory = Memory()
    memory.add(a_run("db"), [], [Skipped("shop/tmp", Code.NAMESPACE.value, "namespace shop is not selected")])
    memory.add(a_run(), [], [Skipped("shop/tmp", Code.EXCLUDED.value, "its label excludes it")])
    memory.add(a_run("web"), [], [Skipped("shop/tmp", Code.LABELS.value, "its labels do not match")])
    (found,) = claims(memory)
    assert found.left is not None
    assert (found.left.code, found.left.reason) == (
        Code.EXCLUDED,
        "its label excludes it (at 2026-11-24 18:00 UTC)",
    )


def test_what_one_policy_takes_and_another_leaves_is_taken() -> None:
    memory = Memory()
    memory.add(a_run("db"), [], [Skipped("shop/data", Code.NAMESPACE.value, "not selected")])
    memory.add(a_run(), [taken(state=PointState.READY)], [])
    (found,) = claims(memory)
    assert (found.policies, found.left) == (["nightly"], None)


def test_the_points_of_a_deleted_claim_do_not_protect_the_next_one_of_its_name() -> None:
    memory = Memory()
    memory.add(a_run(), [taken(uid="uid-2", state=PointState.FAILED, reason="new and busy")], [])
    (found,) = claims(memory, {"uid-1": LastGood("p", "nightly", SLOT - DAY)})
    assert found.good == ()
    assert "new and busy" in found.failure


def test_without_runs_good_points_say_what_there_is() -> None:
    old, new = LastGood("old", "nightly", SLOT - DAY), LastGood("new", "nightly", SLOT)
    (found,) = claims(Memory(), {"uid-2": new, "uid-1": old})
    assert (found.policies, list(found.good)) == (["nightly"], [new])


def test_a_namespace_learns_nothing_of_others() -> None:
    memory = Memory()
    memory.add(a_run(), [taken(state=PointState.READY)], [Skipped("blog/tmp", "efs", "on EFS")])
    assert [item.name for item in claims(memory, namespace="blog")] == [("blog", "tmp")]
    assert [item.name for item in claims(memory)] == [("blog", "tmp"), ("shop", "data")]


def test_a_code_that_an_older_version_wrote_is_no_reason_to_fail() -> None:
    memory = Memory()
    memory.add(a_run(), [], [Skipped("shop/tmp", "of_long_ago", "not wanted")])
    (found,) = claims(memory)
    assert found.left is not None and found.left.code is Code.NO_POLICY
