"""What coverage, status and reports say about checks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.proof.looks import Unseen
from snapkeep.domain.proof.shown import CheckState
from snapkeep.domain.report.coverage import CoverageReport
from snapkeep.domain.report.points import Outlook, ReportedPoint
from snapkeep.wiring.report import gather_report
from tests.fakes.checking import ENCRYPTED, CheckedWorld


@pytest.fixture
def world() -> CheckedWorld:
    """A world with one good and one suspicious point."""
    world = CheckedWorld(retention={"last": 1})
    world.back_up_night()
    world.looks.seen[world.back_up_night()] = ENCRYPTED
    world.check()
    return world


def coverage(world: CheckedWorld, namespace: str = "") -> CoverageReport:
    """The coverage as the API shows it."""
    return world.actions().show_coverage("myeks", namespace)


def points(world: CheckedWorld) -> dict[str, ReportedPoint]:
    """The claim's points as the report shows them, by snapshot."""
    claim = gather_report(world.ports()).claim("myeks", "shop", "mysql")
    return {each.snapshot_id: each for each in claim.points}


def test_coverage_says_how_the_newest_point_stands_and_what_is_suspicious(world: CheckedWorld) -> None:
    (claim,) = coverage(world).claims
    assert claim.check and claim.check.words.startswith("suspicious: 1 of 1 names in its root are gone")
    found = coverage(world).checks
    assert (found.on, found.newest) == (True, {CheckState.SUSPICIOUS: 1})
    assert [each.subject.claim for each in found.suspicions] == ["mysql"]


def test_other_namespaces_learn_nothing_of_it(world: CheckedWorld) -> None:
    found = coverage(world, "elsewhere").checks
    assert (found.newest, found.suspicions) == ({}, ())


def test_what_is_suspicious_stays_so_after_its_point_is_gone_and_checks_are_off(world: CheckedWorld) -> None:
    good, bad = world.ebs.all
    del world.ebs.all[bad]
    world.deployment = replace(world.deployment, checks=None)
    found = coverage(world)
    assert (found.checks.on, [each.good for each in found.checks.suspicions]) == (False, [good])
    assert [claim.check for claim in found.claims] == [None]


def test_checks_that_cannot_be_read_are_named_and_hide_no_claim(world: CheckedWorld) -> None:
    world.journal.suspicions.fail_next("suspicions", TemporaryError("the journal is slow"))
    found = coverage(world)
    assert found.checks.unasked == "the journal is slow"
    assert len(found.claims) == 1


def test_a_report_says_of_each_point_how_it_stands(world: CheckedWorld) -> None:
    world.looks.usual = Unseen("it holds LUKS, which cannot be read")
    unseen = world.back_up_night()
    world.check()
    waiting = world.back_up_night()
    good, bad, *_ = world.ebs.all
    words = {name: point.check.words for name, point in points(world).items() if point.check}
    assert words[good] == "checked"
    assert words[bad].startswith("suspicious: ")
    assert words[unseen] == "not looked at: it holds LUKS, which cannot be read"
    assert words[waiting] == "not checked yet"


def test_the_good_point_before_a_suspicious_one_is_shown_as_staying(world: CheckedWorld) -> None:
    good, bad = world.ebs.all
    kept = points(world)[good]
    assert kept.fate is Outlook.STAYS
    assert f"snapkeep checks accept {world.point(bad)}" in kept.reasons[0]


def test_a_point_whose_check_was_lost_is_as_its_tag_says(world: CheckedWorld) -> None:
    good, bad = world.ebs.all
    world.journal.checks.of_points.clear()
    found = points(world)
    shown = [found[each].check for each in (good, bad)]
    assert [check.words for check in shown if check] == ["checked", "suspicious"]
