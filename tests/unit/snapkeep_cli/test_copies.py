"""What `snapkeep validate` and `snapkeep plan` say of copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.policies import Cluster, Deployment, Method, Policy, Schedule
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep_cli.copies import copies_in_words, places_in_words, planned_copies
from snapkeep_cli.upcoming import preview

OSAKA = Place("osaka", "ap-northeast-3", "key")
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)


def a_policy(*rules: CopyRule, zone: str = "UTC") -> Policy:
    return Policy(
        name="wordpress",
        clusters=("myeks",),
        method=Method.EBS,
        schedule=Schedule("cron(0 0/6 ? * * *)", zone),
        retention={"last": 28},
        copies=rules,
    )


def a_deployment(*rules: CopyRule, place: Place = OSAKA, zone: str = "UTC") -> Deployment:
    return Deployment((Cluster("myeks", "ap-northeast-2"),), (a_policy(*rules, zone=zone),), places=(place,))


def said(deployment: Deployment) -> list[str]:
    return list(copies_in_words(deployment.policies[0], deployment))


def test_each_rule_is_told_with_its_place_and_what_it_keeps() -> None:
    rule = CopyRule("osaka", {"daily": 14, "monthly": 12}, Every(Period.DAY), also=("on-demand",))
    assert said(a_deployment(rule)) == [
        "copies to osaka (ap-northeast-3): one point a day, and points of on-demand; keep daily 14, "
        "monthly 12"
    ]
    assert said(a_deployment()) == []


def test_a_lock_that_outlasts_the_rules_is_told_by_the_interval_of_the_copies() -> None:
    lock = Lock(LockMode.GOVERNANCE, 14)
    daily = CopyRule("osaka", {"last": 7}, Every(Period.DAY), lock)
    weekly = replace(daily, every=Every(Period.WEEK))
    assert said(a_deployment(daily))[1:] == [
        "every copy is locked for 14 days (governance): anyone with ec2:UnlockSnapshot can lift it",
        "note: the retention deletes the first copies after 7 days; prune keeps them until their lock of 14 "
        "days ends",
    ]
    assert len(said(a_deployment(weekly))) == 2


def test_a_place_that_retires_or_gets_nothing_is_told() -> None:
    rule = CopyRule("osaka", {"last": 1})
    assert said(a_deployment(rule, place=replace(OSAKA, retire=True)))[1:] == [
        "note: osaka retires: no more copies; those there expire by their retention. Keep it in the file "
        "until none is left: nothing prunes copies in a place that the file does not name"
    ]
    assert list(places_in_words(a_deployment(rule))) == []
    assert list(places_in_words(a_deployment())) == [
        "note: no policy copies to osaka (ap-northeast-3), and copies there stay forever"
    ]


@pytest.mark.parametrize(
    ("every", "words", "number"),
    [
        (Every(), "every point", "28 copies"),
        (Every(Period.DAY), "one point a day", "7 copies"),
        (Every(Period.WEEK), "one point a week", "1 copy"),
        (Every(number=5), "one of every 5 points", "5 copies"),
    ],
)
def test_a_week_of_runs_leads_to_so_many_copies_of_each_claim(every: Every, words: str, number: str) -> None:
    deployment = a_deployment(CopyRule("osaka", {"last": 1}, every))
    start = MONDAY - timedelta(seconds=1)
    found = preview(deployment, ["myeks"], start, start + timedelta(days=7))
    assert list(map(str, planned_copies(found, deployment))) == [
        f"copies: wordpress to osaka (ap-northeast-3), {words}: {number} of each claim"
    ]


def test_days_are_those_of_the_policys_zone_and_a_retired_place_gets_none() -> None:
    rule = CopyRule("osaka", {"last": 1}, Every(Period.DAY))
    start = MONDAY - timedelta(seconds=1)
    for deployment, number in ((a_deployment(rule, zone="Asia/Seoul"), 2), (a_deployment(rule), 1)):
        found = preview(deployment, ["myeks"], start, start + timedelta(days=1))
        assert [each.of_each_claim for each in planned_copies(found, deployment)] == [number]
    retired = a_deployment(rule, place=replace(OSAKA, retire=True))
    assert list(planned_copies(preview(retired, ["myeks"], start, MONDAY), retired)) == []


def test_a_vault_is_told_with_its_account_and_decides_for_itself() -> None:
    vault = Place("vault", "eu-west-1", "", account="222233334444")
    deployment = a_deployment(CopyRule("vault", {"last": 1}, Every(Period.DAY)), place=vault)
    assert said(deployment) == [
        "copies to vault (eu-west-1 of account 222233334444): one point a day; the vault says how long they "
        "stay",
    ]
    assert list(places_in_words(a_deployment(place=vault))) == [
        "note: no policy copies to vault (eu-west-1 of account 222233334444)"
    ]
