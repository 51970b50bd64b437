"""Copies are looked into after their sources, and must show what their sources showed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.places import Place
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import Snapshot
from snapkeep.domain.proof.checks import Check, Verdict
from snapkeep.domain.proof.looks import Broken, Look, Seen, Unseen
from snapkeep.domain.proof.rules import CheckRules
from snapkeep.services.proof.look_into import LookInto
from snapkeep.services.proof.report import CheckReport
from snapkeep.wiring import proof
from tests.fakes.copying import CopyWorld
from tests.fakes.looks import USUAL, PlannedLooks


class CheckedCopies(CopyWorld):
    """One claim with a point and its ready copy in Osaka, neither of them checked."""

    def __init__(self) -> None:
        super().__init__("mysql")
        self.deployment = replace(self.deployment, checks=CheckRules())
        self.looks = PlannedLooks()
        self.live(minutes=10)

    @property
    def source(self) -> Snapshot:
        (found,) = self.ebs.all.values()
        return found

    @property
    def copy(self) -> Snapshot:
        (found,) = self.osaka.all.values()
        return found

    @property
    def point_id(self) -> str:
        return self.source.tags[tags.POINT]

    def check(self, until: datetime | None = None) -> CheckReport:
        """One pass of check_points."""
        checker = proof.check_points(self.ports(), cast("LookInto", self.looks))
        (report,) = checker.run(until or self.clock() + timedelta(minutes=10))
        return report

    def found(self, place: str = "osaka") -> Check | None:
        """The journaled check of the copy, or of its source."""
        return self.journal.checks.checks("myeks", [("shop", "mysql", self.point_id)], place).get(
            self.point_id
        )


def test_a_copy_is_checked_once_after_its_source_and_tagged() -> None:
    world = CheckedCopies()
    report = world.check()
    assert report.checked == [world.point_id, f"{world.point_id} in osaka"]
    assert [each[0] for each in world.looks.asked] == [world.source.id, world.copy.id]
    check = world.found()
    assert check and (check.verdict, check.base) == (Verdict.CHECKED, world.point_id)
    assert world.copy.tags[tags.CHECKED].startswith("checked 2026")
    assert world.check().checked == []


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (replace(USUAL, uuid="beef"), "it holds xfs beef; its source holds xfs f00d"),
        (replace(USUAL, names=()), "the names in its root are not those of its source, such as mysql"),
        (Broken("the superblock is torn"), "it cannot be read, unlike its source: the superblock is torn"),
    ],
)
def test_a_copy_that_differs_is_told_and_keeps_no_other_point(seen: Seen, reason: str) -> None:
    world = CheckedCopies()
    world.looks.seen[world.copy.id] = seen
    report = world.check()
    assert report.suspicious == {f"{world.point_id} in osaka": reason}
    ((_, (told,), _),) = world.announcer.troubles
    assert (told.subject, told.reason) == (f"shop/mysql ({world.point_id}, copy in osaka)", reason)
    assert [each.good for each in world.journal.suspicions.suspicions("myeks")] == [""]
    home = world.found("")
    assert home and home.verdict is Verdict.CHECKED


def test_a_copy_of_a_suspicious_point_is_suspicious_until_its_source_is_accepted() -> None:
    world = CheckedCopies()
    world.looks.usual = replace(USUAL, errors="3 errors since May")
    report = world.check()
    assert report.suspicious[f"{world.point_id} in osaka"] == "its source is suspicious: 3 errors since May"
    assert len(world.announcer.troubles[0][1]) == 1  # people hear of the point, not once more of its copy
    proof.accept_check(world.ports()).run("myeks", world.point_id, "ann", "an old error")
    asked = len(world.looks.asked)
    world.check()
    check = world.found()
    assert check and check.verdict is Verdict.CHECKED
    assert world.copy.tags[tags.CHECKED].startswith("checked ")
    assert len(world.looks.asked) == asked


def test_a_copy_that_differs_is_accepted_with_its_point() -> None:
    world = CheckedCopies()
    world.looks.seen[world.copy.id] = replace(USUAL, names=())
    world.check()
    proof.accept_check(world.ports()).run("myeks", world.point_id, "ann", "the reader was wrong")
    assert list(world.journal.suspicions.suspicions("myeks")) == []
    check = world.found()
    assert check and (check.accepted_by, check.because) == ("ann", "the reader was wrong")


def test_what_only_the_copys_key_hides_is_not_suspicious() -> None:
    world = CheckedCopies()
    world.looks.seen[world.copy.id] = Unseen("key arn:k does not let check_points read it")
    report = world.check()
    assert report.not_looked_at == {
        f"{world.point_id} in osaka": "key arn:k does not let check_points read it"
    }
    assert world.announcer.troubles == []


def test_a_copy_waits_a_day_for_the_check_of_its_source() -> None:
    world = CheckedCopies()
    world.looks.seen[world.source.id] = TemporaryError("EBS is slow")
    world.check()
    assert world.found() is None
    world.wait(hours=25)
    world.check()
    check = world.found()
    assert check and (check.verdict, check.base) == (Verdict.CHECKED, "")


def test_copies_come_after_all_points_and_wait_when_time_is_short() -> None:
    world = CheckedCopies()
    report = world.check(until=world.clock())
    assert (report.checked, report.waiting) == ([], 2)


def test_a_place_that_does_not_answer_stops_nothing_else() -> None:
    world = CheckedCopies()
    world.osaka.fail_next("find", TemporaryError("EC2 in Osaka is slow"))
    report = world.check()
    assert report.checked == [world.point_id]
    assert report.given_up == {"copies in osaka": "EC2 in Osaka is slow"}


def test_nobody_looks_into_what_is_in_the_account_of_a_vault() -> None:
    world = CheckedCopies()
    vault = Place("vault", "ap-northeast-3", "", account="222233334444")
    world.deployment = replace(world.deployment, places=(vault,))
    assert world.check().checked == [world.point_id]
    assert isinstance(world.looks.usual, Look)
