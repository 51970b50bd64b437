"""Places and copies in a file: what arrives, and what cannot work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from tests.unit.snapkeep_cli.config.conftest import Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE

Loader = Callable[[str], Deployment]

KEY = "arn:aws:kms:ap-northeast-3:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PLACES = f"""\
places:
  osaka: {{region: ap-northeast-3, kms_key: "{KEY}"}}
"""
COPY = """\
    copies:
      - {to: osaka, retention: {daily: 14}}
"""


def test_a_rule_needs_only_a_place_and_a_retention(loaded: Loader) -> None:
    deployment = loaded(FILE + COPY + PLACES)
    assert deployment.places == (Place("osaka", "ap-northeast-3", KEY),)
    assert deployment.policies[0].copies == (CopyRule("osaka", {"daily": 14}),)
    assert loaded(FILE).policies[0].copies == () and loaded(FILE).places == ()


def test_everything_that_a_rule_can_say_arrives(loaded: Loader) -> None:
    rule = """\
    copies:
      - to: osaka
        every: week
        retention: {daily: 14, monthly: 12}
        lock: {mode: governance, days: 14}
        backfill: 5
        also: [on-demand, interruption, on-demand]
"""
    deployment = loaded(FILE + rule + PLACES.replace('"}', '", retire: true}'))
    assert deployment.place("osaka") == Place("osaka", "ap-northeast-3", KEY, retire=True)
    assert deployment.policies[0].copies == (
        CopyRule(
            to="osaka",
            retention={"daily": 14, "monthly": 12},
            every=Every(Period.WEEK),
            lock=Lock(LockMode.GOVERNANCE, 14),
            backfill=5,
            also=("on-demand", "interruption"),
        ),
    )
    every = loaded(FILE + rule.replace("week", "3") + PLACES).policies[0].copies[0].every
    assert every == Every(number=3)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            f', kms_key: "{KEY}"',
            "",
            "places.osaka: kms_key is missing: copies are encrypted under a key of yours; give the ARN of a "
            "KMS key in ap-northeast-3",
        ),
        (
            KEY,
            "alias/aws/ebs",
            "places.osaka.kms_key: 'alias/aws/ebs' is the AWS managed key for EBS, whose policy nobody can "
            "change; use the ARN of a key of yours in the Region of the copies",
        ),
        (
            KEY,
            "alias/mine",
            "places.osaka.kms_key: 'alias/mine' is an alias, which can be moved to another key, and then "
            "the next copy of each claim is a full one; use the ARN of the key itself",
        ),
        (
            KEY,
            "x",
            "places.osaka.kms_key: 'x' is not allowed; use the ARN of a KMS key, such as "
            "arn:aws:kms:REGION:ACCOUNT:key/ID",
        ),
        (
            KEY,
            KEY.replace("ap-northeast-3", "us-east-1"),
            "places.osaka.kms_key: is a key in us-east-1, and place osaka is in ap-northeast-3; use a key "
            "in ap-northeast-3",
        ),
        (
            "region: ap-northeast-3",
            "region: ap-northeast-2",
            "places.osaka.region: ap-northeast-2 is the Region of the clusters, and copies there would be "
            "lost with it; use another Region",
        ),
        (
            "region: ap-northeast-3",
            "region: ap-northeast-4",
            "places.osaka.region: 'ap-northeast-4' is not an AWS Region with EKS (did you mean "
            "'ap-northeast-3'?); use one such as ap-northeast-2",
        ),
        (
            "region: ap-northeast-3",
            "region: cn-north-1",
            "places.osaka.region: EC2 copies nothing from ap-northeast-2 to cn-north-1, which belongs to "
            "another partition of AWS; use a Region of aws",
        ),
        (
            "places:",
            f'places:\n  tokyo: {{region: ap-northeast-3, kms_key: "{KEY}"}}',
            "places.osaka.region: ap-northeast-3 is already the Region of place tokyo; keep one of them",
        ),
        (
            "{region: ap-northeast-3",
            "{retired: true, region: ap-northeast-3",
            "places.osaka.retired: unknown key (did you mean 'retire'?); allowed: account, kms_key, region, "
            "retire",
        ),
        (
            "  osaka:",
            "  Osaka:",
            "places.Osaka: 'Osaka' is not allowed; use a-z, 0-9 and dashes inside, a letter first, at most "
            "20",
        ),
    ],
)
def test_a_place_that_cannot_work_is_refused(refusals: Refusals, old: str, new: str, told: str) -> None:
    assert old in PLACES
    assert told in [line.split(": ", 1)[1] for line in refusals(FILE + COPY + PLACES.replace(old, new))]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (
            ["{to: osaca, retention: {last: 3}}"],
            "policies[0].copies[0].to: 'osaca' is not a place of this file (did you mean 'osaka'?); allowed: "
            "osaka",
        ),
        (
            ["{to: osaka, retention: {last: 3}}", "{to: osaka, every: day, retention: {last: 3}}"],
            "policies[0].copies[1].to: 'osaka' is also the place of copies[0]; keep one rule for each place",
        ),
        (["{to: osaka}"], "policies[0].copies[0].retention: is missing"),
        (["{retention: {last: 3}}"], "policies[0].copies[0].to: is missing"),
        (
            ["{to: osaka, retention: {max_age: 7d}}"],
            "policies[0].copies[0].retention: no rule keeps anything: give at least one of last, hourly, "
            "daily, weekly, monthly, yearly, within, within_hourly, within_daily, within_weekly, "
            "within_monthly, within_yearly",
        ),
        (
            ["{to: osaka, every: month, retention: {last: 3}}"],
            "policies[0].copies[0].every: 'month' is not allowed; use slot, day, week, or a whole number N "
            "from 1 to 1000 for every Nth point",
        ),
        (
            ["{to: osaka, retention: {last: 3}, also: [nightly]}"],
            "policies[0].copies[0].also[0]: 'nightly' is not allowed; use 'interruption' or 'on-demand'",
        ),
        (
            ["{to: osaka, retention: {last: 3, max_age: 7d}, lock: {mode: governance, days: 8}}"],
            "policies[0].copies[0].lock.days: a lock of 8 days keeps copies for longer than "
            "retention.max_age 7d; use 7 days or less, or raise max_age",
        ),
        (
            ["{to: osaka, retention: {within: 12h}, lock: {mode: governance, days: 1}}"],
            "policies[0].copies[0].lock.days: a lock of 1 days keeps copies for longer than retention.within "
            "12h; raise within",
        ),
    ],
)
def test_a_rule_that_cannot_work_is_refused(refusals: Refusals, rules: list[str], told: str) -> None:
    block = "    copies:\n" + "".join(f"      - {rule}\n" for rule in rules)
    assert [line.split(": ", 1)[1] for line in refusals(FILE + block + PLACES)] == [told]


def test_without_places_a_rule_says_where_to_add_one(refusals: Refusals) -> None:
    (line,) = refusals(FILE + COPY)
    assert line.endswith("copies[0].to: 'osaka' is not a place of this file; add it to places")


@pytest.mark.parametrize(
    "junk",
    [
        "places: []",
        "places: 3",
        "places: {osaka: []}",
        "places: {osaka: {region: [], kms_key: {}}}",
        "places: {3: {}}",
    ],
)
def test_junk_is_refused_without_a_traceback(refusals: Refusals, junk: str) -> None:
    assert refusals(FILE + COPY + junk + "\n")
    assert refusals(FILE + "    copies: {to: osaka}\n" + PLACES)
    assert refusals(FILE + "    copies: [{to: [], retention: [], lock: {days: x}}]\n" + PLACES)


def test_points_that_the_policy_does_not_keep_cannot_be_counted(refusals: Refusals, loaded: Loader) -> None:
    def every(number: int) -> str:
        return FILE + COPY.replace("to: osaka,", f"to: osaka, every: {number},") + PLACES

    assert loaded(every(3)).policies[0].copies[0].every == Every(number=3)
    (line,) = refusals(every(4))
    assert line.endswith(
        "policies[0].copies[0].every: every 4 points cannot be counted, because the policy's retention keeps "
        "only the newest 3 singly; use day or week, a smaller number, or give the policy last: 4"
    )
    shared = every(4).replace("    retention: {last: 3}\n", "")
    assert refusals("defaults: {retention: {last: 3}}\n" + shared)
    assert loaded("defaults: {retention: {last: 4}}\n" + shared)
