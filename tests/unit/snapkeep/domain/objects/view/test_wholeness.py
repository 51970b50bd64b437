"""A namespace is restorable whole, or it says what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.objects.manifests import Archive, SecretsFile, Subject
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.saved import Saved, Summary
from snapkeep.domain.objects.view.wholeness import ClaimPoints, Lack, NamespaceStands, Wholeness, stands
from snapkeep.domain.objects.view.words import in_words, unasked_in_words

SLOT = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
NIGHT = timedelta(days=1)
LATER = timedelta(hours=3)


def saved(slot: datetime = SLOT, policy: str = "nightly", secrets: int = 0, **summary: object) -> Saved:
    subject = Subject("myeks", policy, f"myeks.{policy}.{slot}", slot, "shop", ObjectScope.NAMESPACE)
    told = Summary(**{"kinds": {"deployments.apps": 2}, **summary})  # type: ignore[arg-type]
    return Saved(subject, Archive("key", "v1", "ab" * 32, 100, 900), slot, 2, 0, secrets, (), told)


def claim(name: str = "data", *slots: datetime, policy: str = "nightly", why: str = "why") -> ClaimPoints:
    return ClaimPoints(name, {policy: frozenset(slots)}, why)


def judged(*archives: Saved, claims: tuple[ClaimPoints, ...], after: timedelta = LATER) -> NamespaceStands:
    return stands("shop", archives, claims, asked=True, now=SLOT + after)


def test_objects_and_a_ready_point_of_each_claim_are_whole() -> None:
    found = judged(saved(), claims=(claim("data", SLOT), claim("logs", SLOT - NIGHT, SLOT)))
    assert (found.state, found.missing, in_words(found)) == (Wholeness.WHOLE, (), "restorable whole")
    assert found.saved == saved()


def test_a_slot_with_microseconds_is_that_of_its_points() -> None:
    found = judged(saved(SLOT + timedelta(microseconds=5)), claims=(claim("data", SLOT),))
    assert found.state is Wholeness.WHOLE


def test_a_claim_without_a_ready_point_of_the_run_is_missing_with_its_reason() -> None:
    found = judged(
        saved(),
        claims=(
            claim("data", SLOT),
            claim("cache", why="its label excludes it"),
            claim("old", SLOT - NIGHT, why="its last good recovery point is 27 h old"),
            claim("other", SLOT, policy="weekly", why="policy weekly"),
        ),
    )
    assert found.state is Wholeness.INCOMPLETE
    assert found.names(Lack.CLAIM) == ["cache", "old", "other"]
    assert in_words(found) == (
        "no ready point of cache (its label excludes it), old (its last good recovery point is 27 h old), "
        "other (policy weekly)"
    )


def test_secrets_are_named() -> None:
    one = judged(saved_with("db", secrets=1), claims=())
    assert in_words(one) == "bring the Secret db"
    many = judged(saved_with("a", "b", "c", "d", "e", "f", secrets=6), claims=())
    assert in_words(many) == "bring 6 Secrets: a, b, c, d, e and 1 more"
    assert len(many.missing) == 6


def test_a_secret_may_be_missing_where_others_are_saved() -> None:
    file = SecretsFile("key", "v1", "ab" * 32, 100, "arn:aws:kms:ap-northeast-2:111122223333:key/1")
    found = judged(replace(saved_with("db", secrets=1), secrets_saved=3, secrets_file=file), claims=())
    assert [each.why for each in found.missing] == ["it is not among the Secrets that were saved"]


def saved_with(*names: str, secrets: int) -> Saved:
    return replace(saved(), secrets=secrets, summary=Summary(secrets=names))


def test_secrets_that_a_record_does_not_name_are_counted() -> None:
    found = judged(replace(saved(), secrets=3, summary=None), claims=())
    assert in_words(found) == "bring 3 Secrets"
    assert [each.why for each in found.missing] == ["3 Secrets that only the manifest names are not saved"]


def test_what_was_not_listed_and_what_makes_objects_are_named() -> None:
    record = replace(saved(makers=("postgresqls.acid.zalan.do",)), refused=("jobs.batch",))
    assert in_words(judged(record, claims=())) == (
        "not listed: jobs.batch; custom_kinds lacks postgresqls.acid.zalan.do, which make objects here"
    )


def test_kinds_that_nobody_asked_for_are_told_beside_it() -> None:
    kinds = tuple(f"kind{number}.example.com" for number in range(6))
    found = judged(saved(unasked=kinds, unasked_count=30), claims=())
    assert found.state is Wholeness.WHOLE
    assert unasked_in_words(found) == (
        "not looked for: 30 kinds that custom_kinds does not name (kind0.example.com, kind1.example.com, "
        "kind2.example.com, kind3.example.com, kind4.example.com and 25 more)"
    )
    assert unasked_in_words(judged(saved(), claims=())) == ""


def test_workloads_alone_are_not_the_namespace() -> None:
    record = saved()
    record = replace(record, subject=replace(record.subject, scope=ObjectScope.WORKLOAD))
    found = judged(record, claims=(claim("data", SLOT),))
    assert [each.lack for each in found.missing] == [Lack.SCOPE]


def test_while_a_run_takes_its_points_the_one_before_it_counts() -> None:
    night = (saved(SLOT), saved(SLOT + NIGHT))
    early = judged(*night, claims=(claim("data", SLOT),), after=NIGHT + timedelta(minutes=30))
    assert early.state is Wholeness.WHOLE and early.saved == saved(SLOT)
    late = judged(*night, claims=(claim("data", SLOT),), after=NIGHT + LATER)
    assert late.state is Wholeness.INCOMPLETE and late.saved == saved(SLOT + NIGHT)
    ready = judged(*night, claims=(claim("data", SLOT, SLOT + NIGHT),), after=NIGHT + timedelta(minutes=30))
    assert ready.state is Wholeness.WHOLE and ready.saved == saved(SLOT + NIGHT)


def test_points_without_newer_objects_are_told_once_the_run_has_settled() -> None:
    claims = (claim("data", SLOT, SLOT + NIGHT),)
    assert judged(saved(), claims=claims, after=NIGHT + timedelta(minutes=10)).state is Wholeness.WHOLE
    found = judged(saved(), claims=claims, after=NIGHT + LATER)
    assert in_words(found) == (
        "its newest objects are of 2026-12-01 02:00 UTC, its newest points of 2026-12-02 02:00 UTC"
    )


def test_the_policy_that_lacks_less_counts() -> None:
    hourly = saved(SLOT + timedelta(hours=1), policy="hourly")
    found = judged(saved(), hourly, claims=(claim("data", SLOT),))
    assert (found.state, found.saved) == (Wholeness.WHOLE, saved())


@pytest.mark.parametrize(("asked", "state"), [(True, Wholeness.INCOMPLETE), (False, Wholeness.NOT_SAVED)])
def test_without_an_archive_it_matters_whether_one_was_asked_for(asked: bool, state: Wholeness) -> None:
    found = stands("shop", (), (claim("data", SLOT),), asked, SLOT)
    assert found.state is state
    assert in_words(found) == (
        "no run has saved its objects yet"
        if asked
        else "its objects are not saved: no policy with `objects` takes its claims"
    )


def test_a_claim_whose_file_system_is_backed_up_needs_no_point_of_the_run() -> None:
    found = judged(saved(), claims=(ClaimPoints("shared", {}, "why", apart=True),))
    assert found.state is Wholeness.WHOLE
