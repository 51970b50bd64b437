"""Points that nothing can be restored from now, and what would change that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.restore.findings import Severity
from snapkeep.domain.restore.plans import plan
from tests.fakes.preflight_samples import POINT, a_point, a_request, a_target, the_finding


def test_a_good_point_has_no_findings() -> None:
    assert plan(a_request(), a_point(), a_target()).findings == ()


@pytest.mark.parametrize(
    ("point", "code", "text", "fix"),
    [
        (
            {"state": PointState.PENDING},
            "point_not_ready",
            f"recovery point {POINT} is pending, not ready yet",
            "wait until it is ready, or choose an earlier one",
        ),
        (
            {"state": PointState.FAILED},
            "point_failed",
            f"recovery point {POINT} failed: it holds no data",
            "choose another one",
        ),
        (
            {"state": PointState.DELETING, "in_bin": True},
            "point_in_bin",
            f"recovery point {POINT} was deleted and is in the Recycle Bin (snap-1)",
            "aws ec2 create-tags --resources snap-1 --tags Key=snapkeep:hold,Value=true && "
            "aws ec2 restore-snapshot-from-recycle-bin --snapshot-id snap-1",
        ),
        (
            {"kms_trouble": "key 1234 is pending deletion"},
            "key_unusable",
            f"the key that encrypts recovery point {POINT} cannot be used: key 1234 is pending deletion",
            "enable the key, or cancel its deletion, in AWS KMS",
        ),
        (
            {"region": "us-east-1"},
            "other_region",
            f"recovery point {POINT} is in us-east-1, but the cluster is in ap-northeast-2",
            "aws ec2 copy-snapshot --source-region us-east-1 --source-snapshot-id snap-1 "
            "--region ap-northeast-2 --copy-tags",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(point: dict[str, Any], code: str, text: str, fix: str) -> None:
    found = the_finding(point=a_point(**point))
    assert (found.code, found.text, found.fix) == (code, text, fix)
    assert found.severity is Severity.ERROR


def test_a_newer_copy_that_is_not_ready_is_not_passed_over_in_silence() -> None:
    newer = "the copy of ebs-claim-20261125t180000z-abcdef0123, which is pending,"
    found = the_finding(point=a_point(newer_not_ready=newer))
    assert (found.code, found.severity) == ("newer_not_ready", Severity.WARNING)
    assert found.text == f"{newer} is newer than {POINT}, and is not used"
    assert found.fix == "snapkeep get points --claim ebs-claim --namespace shop lists both"


def test_copies_that_nobody_can_read_are_named() -> None:
    unreadable = "1 copy cannot be read and is left out: snap-9"
    found = the_finding(point=a_point(unreadable=unreadable))
    assert (found.code, found.severity) == ("copies_unreadable", Severity.WARNING)
    assert unreadable in found.text


def test_a_newer_point_in_the_archive_is_not_passed_over_in_silence() -> None:
    found = the_finding(point=a_point(newer_archived="ebs-claim-20261125t180000z-abcdef0123"))
    assert (found.code, found.severity) == ("newer_archived", Severity.WARNING)
    assert found.text == (
        f"recovery point ebs-claim-20261125t180000z-abcdef0123 is newer than {POINT}, but it is in the "
        "archive tier and is not used"
    )
    assert found.fix == "snapkeep get points --claim ebs-claim --namespace shop lists both"


def test_an_archived_point_says_how_long_it_takes_and_what_it_costs() -> None:
    found = the_finding(point=a_point(archived=True, full_bytes=100 * 2**30))
    assert (found.code, found.severity) == ("point_archived", Severity.WARNING)
    assert found.text == (
        f"recovery point {POINT} is in the archive tier: bringing it back takes up to 72 hours and costs "
        "about $3.00 (100 GiB); the claim is created after that"
    )
    assert found.fix == "wait for it, or choose a point that is not archived"


def test_a_point_that_is_back_for_a_time_stays_while_the_restore_needs_it() -> None:
    found = the_finding(point=a_point(back_to_archive_at=datetime(2026, 12, 1, 6, tzinfo=UTC)))
    assert (found.code, found.severity) == ("point_restored_for_now", Severity.INFO)
    assert found.text == (
        f"recovery point {POINT} is back from the archive tier until 2026-12-01 06:00 UTC, and stays longer "
        "while the restore needs it"
    )


def test_of_many_points_of_an_earlier_claim_the_newest_are_named() -> None:
    found = the_finding(point=a_point(earlier_claim=("p5", "p4", "p3", "p2", "p1")))
    assert (found.code, found.severity) == ("earlier_claim", Severity.WARNING)
    assert "p5, p4, p3 and 2 older ones the earlier claim's" in found.text
    assert found.fix == "to restore the earlier claim, ask for p5 by its id"


def test_a_suspicious_point_can_be_restored_but_not_unseen() -> None:
    found = the_finding(point=a_point(suspicious="4 of 4 names in its root are gone, such as db"))
    assert (found.code, found.severity) == ("point_suspicious", Severity.WARNING)
    assert "4 of 4 names in its root are gone" in found.text and "snapkeep get points --claim" in found.fix
