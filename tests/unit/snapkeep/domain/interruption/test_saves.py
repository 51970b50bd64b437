"""Which volumes are snapshotted, which are not and why, and who comes first."""

from __future__ import annotations

from datetime import UTC, datetime

from snapkeep.domain.claims import Volume, VolumeKind
from snapkeep.domain.interruption.rules import Snapshotting
from snapkeep.domain.interruption.saves import in_order_of_need, plan_save
from tests.fakes.world import a_claim

VOLUMES = ("vol-mysql", "vol-scratch")
MYSQL = a_claim("mysql")
SHARED = a_claim("shared", volume=Volume("pv", VolumeKind.EFS, "efs.csi.aws.com", "fs-1"))


def test_the_claims_of_attached_volumes_are_saved_and_unrelated_volumes_named() -> None:
    plan = plan_save(VOLUMES, [MYSQL, SHARED], {}, Snapshotting.ALWAYS)
    assert plan.claims == (MYSQL,)
    assert [(each.volume, each.claim) for each in plan.missed] == [("vol-scratch", "")]
    assert "no pod on the node uses it" in plan.missed[0].reason


def test_protected_means_what_a_policy_backs_up() -> None:
    assert plan_save(VOLUMES, [MYSQL], {MYSQL.uid: True}, Snapshotting.PROTECTED).claims == (MYSQL,)
    (missed, _) = plan_save(VOLUMES, [MYSQL], {MYSQL.uid: False}, Snapshotting.PROTECTED).missed
    assert (missed.claim, missed.reason) == (
        "shop/mysql",
        "no policy backs up the claim (snapshot: protected)",
    )


def test_never_takes_none() -> None:
    plan = plan_save(VOLUMES, [MYSQL], {MYSQL.uid: True}, Snapshotting.NEVER)
    assert plan.claims == () and len(plan.missed) == 2


def test_who_has_no_good_point_comes_first_then_the_oldest() -> None:
    day = datetime(2026, 11, 24, tzinfo=UTC)
    old, new, none = a_claim("old"), a_claim("new"), a_claim("none")
    last_good = {new.uid: day, old.uid: day.replace(day=1)}
    assert in_order_of_need([new, old, none], last_good) == (none, old, new)
