"""What EC2's refusals to move a snapshot mean."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from snapkeep.adapters.aws.tiers import Ec2Tiers
from snapkeep.domain.archive.tiers import MoveState, TierMove
from snapkeep.domain.errors import Forbidden, Invalid, NotFound, PermanentError, SnapkeepError, Throttled


class Refusing:
    """An EC2 that answers every call with one error code."""

    def __init__(self, code: str) -> None:
        self.code = code

    def modify_snapshot_tier(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "ModifySnapshotTier")


class Describing:
    """An EC2 that shows these statuses, page by page."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = statuses

    def get_paginator(self, _: str) -> Describing:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [
            {"SnapshotTierStatuses": [{"SnapshotId": f"snap-{at}", "LastTieringOperationStatus": each}]}
            for at, each in enumerate(self.statuses)
        ]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("RequestLimitExceeded", Throttled),
        ("ResourceLimitExceeded", Throttled),
        ("SnapshotArchiveLimitExceeded", Throttled),
        ("InvalidSnapshot.InUse", Invalid),
        ("InvalidSnapshot.NotFound", NotFound),
        ("UnauthorizedOperation", Forbidden),
        ("IncorrectState", PermanentError),
    ],
)
def test_a_full_quota_is_for_now_and_other_refusals_for_good(code: str, kind: type[SnapkeepError]) -> None:
    client: Any = Refusing(code)
    with pytest.raises(kind, match="archive snap-1: "):
        Ec2Tiers(client, client).archive("snap-1")


def test_every_status_of_ec2_is_a_move_and_how_far_it_is() -> None:
    client: Any = Describing("permanent-restore-failed", "archival-in-progress", "something new", "")
    found = Ec2Tiers(client, client).tiers(["snap-0"])
    assert [(each.move, each.state) for each in found.values()] == [
        (TierMove.PERMANENT_RESTORE, MoveState.FAILED),
        (TierMove.ARCHIVAL, MoveState.IN_PROGRESS),
        (TierMove.NONE, MoveState.NONE),
        (TierMove.NONE, MoveState.NONE),
    ]
