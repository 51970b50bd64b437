"""What every journal promises about checks: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.proof.checks import Check, Subject, Verdict, judge
from snapkeep.domain.proof.looks import Look, Unseen
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW

LOOK = Look(
    contents="xfs",
    volume_size=20 * 2**30,
    size=20 * 2**30,
    free=10 * 2**30,
    uuid="f00d",
    names=("ibdata1", "mysql"),
    transactions=7,
    expected={"/ibdata1": 12, "/nope": None},
    written=2**30,
    changed=2**20,
)


def subject(number: int, claim: str = "mysql", cluster: str = "myeks") -> Subject:
    taken = NOW + timedelta(days=number)
    return Subject(f"sk-{number}", f"snap-{number}", cluster, "wordpress", claim, "uid-1", taken)


def check(number: int, claim: str = "mysql", cluster: str = "myeks") -> Check:
    return judge(subject(number, claim, cluster), LOOK, None, NOW)


def test_a_check_comes_back_as_written(journal: Journal) -> None:
    written = check(1).accepted("ann", "it is new")
    unseen = judge(subject(2), Unseen("it holds LUKS"), written, NOW)
    for each in (check(1), written, unseen):
        journal.checks.write_check(each)
    points = [("wordpress", "mysql", f"sk-{number}") for number in (1, 2, 3, 1)]
    assert journal.checks.checks("myeks", points) == {"sk-1": written, "sk-2": unseen}
    assert written.verdict is Verdict.SUSPICIOUS
    assert journal.checks.checks("other", points) == {}
    assert journal.checks.checks("myeks", []) == {}


def test_the_checks_of_a_claim_are_together(journal: Journal) -> None:
    mine = [check(1), check(2)]
    for each in (*mine, check(3, "mysql-2"), check(4, "my"), check(5, cluster="other")):
        journal.checks.write_check(each)
    found = journal.checks.checks_of("myeks", "wordpress", "mysql")
    assert sorted(found, key=lambda each: each.subject.point_id) == mine


def test_the_check_of_a_copy_is_beside_that_of_its_point(journal: Journal) -> None:
    point, copy = (
        check(1),
        replace(check(1), subject=replace(subject(1), place="osaka", snapshot_id="snap-c")),
    )
    for each in (point, copy):
        journal.checks.write_check(each)
        journal.suspicions.write_suspicion(Suspicion(each.subject, "it shrank"))
    where = [("wordpress", "mysql", "sk-1")]
    assert journal.checks.checks("myeks", where) == {"sk-1": point}
    assert journal.checks.checks("myeks", where, "osaka") == {"sk-1": copy}
    assert journal.checks.checks("myeks", where, "tokyo") == {}
    assert list(journal.checks.checks_of("myeks", "wordpress", "mysql")) == [point]
    journal.suspicions.drop_suspicion(Suspicion(point.subject, ""))
    assert [each.subject for each in journal.suspicions.suspicions("myeks")] == [copy.subject]


def test_looks_that_did_not_end_are_counted_by_snapshot(journal: Journal) -> None:
    assert journal.checks.looks_begun("snap-1") == 0
    journal.checks.write_looks_begun("snap-1", 2, NOW)
    assert (journal.checks.looks_begun("snap-1"), journal.checks.looks_begun("snap-2")) == (2, 0)
    journal.checks.write_looks_begun("snap-1", 0, NOW)
    assert journal.checks.looks_begun("snap-1") == 0


def test_a_suspicion_stays_as_it_was_first_written(journal: Journal) -> None:
    first = Suspicion(subject(2), "/a is missing", "snap-1")
    journal.suspicions.write_suspicion(first)
    journal.suspicions.write_suspicion(replace(first, good="snap-2"))
    journal.suspicions.write_suspicion(Suspicion(subject(3, cluster="other"), "it shrank"))
    assert list(journal.suspicions.suspicions("myeks")) == [first]


def test_a_suspicion_is_dropped_once(journal: Journal) -> None:
    one, two = Suspicion(subject(1), "a"), Suspicion(subject(2), "b")
    for each in (one, two):
        journal.suspicions.write_suspicion(each)
    for _ in range(2):
        journal.suspicions.drop_suspicion(one)
    assert list(journal.suspicions.suspicions("myeks")) == [two]
