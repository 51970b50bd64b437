"""A point whose files cannot be read says why, and what helps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from snapkeep.domain.files.hindrances import Hindrance, hindrance_of, in_sentences
from snapkeep.domain.files.problems import ProblemKind
from snapkeep.domain.points import PointState
from tests.fakes.preflight_samples import a_point

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"


def test_a_ready_point_can_be_read_under_a_listed_key_or_without_one() -> None:
    assert hindrance_of(a_point(), ()) is None
    assert hindrance_of(replace(a_point(), key=KEY), (KEY,)) is None


@pytest.mark.parametrize(
    ("changes", "reason", "fix", "kind"),
    [
        ({"volume_mode": "Block"}, "raw block volume", "restore the claim", ProblemKind.UNREADABLE),
        ({"archived": True}, "in the archive tier", "aws ec2 restore-snapshot-tier", ProblemKind.NOT_READY),
        ({"in_bin": True}, "in the Recycle Bin", "bring it back first", ProblemKind.NOT_READY),
        ({"state": PointState.PENDING}, "it is pending", "another recovery point", ProblemKind.NOT_READY),
        ({"state": PointState.FAILED}, "it is failed", "another recovery point", ProblemKind.NOT_READY),
        ({"key": KEY}, f"encrypted under {KEY}, which", "add the key to `files.keys`", ProblemKind.FORBIDDEN),
    ],
)
def test_any_other_says_why_and_what_helps(
    changes: dict[str, Any], reason: str, fix: str, kind: ProblemKind
) -> None:
    found = hindrance_of(replace(a_point(), **changes), ("arn:aws:kms:eu-west-1:111122223333:key/other",))
    assert found is not None
    assert (reason in found.reason, fix in found.fix, found.kind) == (True, True, kind)


def test_points_that_are_left_out_for_the_same_reason_share_a_sentence() -> None:
    archived, pending = Hindrance("it is archived", ""), Hindrance("it is pending", "")
    hindered = {"data-4": pending, "data-3": archived, "data-2": archived, "data-1": archived}
    assert in_sentences(hindered) == ["data-4: it is pending", "data-3 and 2 more: it is archived"]
