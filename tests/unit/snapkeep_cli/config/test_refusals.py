"""A wrong config file is refused with every problem at once: file, line, key path, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapkeep_cli.config import ConfigError, load
from snapkeep_cli.config.regions import OWN_FILE
from tests.unit.snapkeep_cli.config.conftest import Loader, Refusals

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
QUOTE = '"'

FILE = """\
clusters:
  - name: myeks
    region: ap-northeast-2
policies:
  - name: nightly
    selection: {namespaces: [default]}
    schedule: {expression: 0 2 * * *}
    retention: {last: 3}
"""


def changed(old: str, new: str) -> str:
    """The file with one text replaced, which must be there."""
    assert old in FILE
    return FILE.replace(old, new)


def test_every_problem_is_listed_at_once_in_the_order_of_the_file(refusals: Refusals) -> None:
    text = """\
clusters:
  - name: myeks
    region: Seoul
defaults:
  schedule: {timezone: Asia/Soul}
policies:
  - name: on-demand
    selection: {}
    method: cis
    clusters: [myek]
    retention: {last: 0, daly: 7}
    schedule: {expression: 0 0 13 * 5}
  - name: nightly
    selection: {namespaces: [default]}
    shedule: {expression: 0 2 * * *}
"""
    found = refusals(text)
    assert [line.split(": ")[:2] for line in found] == [
        ["snapkeep.yaml:3", "clusters[0].region"],
        ["snapkeep.yaml:5", "defaults.schedule.timezone"],
        ["snapkeep.yaml:7", "policies[0].name"],
        ["snapkeep.yaml:8", "policies[0].selection"],
        ["snapkeep.yaml:9", "policies[0].method"],
        ["snapkeep.yaml:10", "policies[0].clusters[0]"],
        ["snapkeep.yaml:11", "policies[0].retention.last"],
        ["snapkeep.yaml:11", "policies[0].retention.daly"],
        ["snapkeep.yaml:12", "policies[0].schedule.expression"],
        ["snapkeep.yaml:13", "policies[1].schedule.expression"],
        ["snapkeep.yaml:13", "policies[1].retention"],
        ["snapkeep.yaml:15", "policies[1].shedule"],
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "    retention: {last: 3}",
            "    retention: {last: 3}\n    retension: {last: 3}",
            "9: policies[0].retension: unknown key (did you mean 'retention'?); allowed: "
            "clusters, csi_fallback, exclusive, group, group_fallback, lock, method, name, retention, "
            "schedule, selection",
        ),
        (
            "{last: 3}",
            "{last: 3, montly: 2}",
            "8: policies[0].retention.montly: unknown key (did you mean 'monthly'?); allowed: "
            "after_claim_deleted, daily, hourly, last, max_age, minimum, monthly, weekly, within, "
            "within_daily, within_hourly, within_monthly, within_weekly, within_yearly, yearly",
        ),
        (
            "region: ap-northeast-2",
            "region: Seoul",
            "3: clusters[0].region: 'Seoul' is not an AWS Region with EKS; use one such as ap-northeast-2",
        ),
        (
            "name: nightly",
            "name: Nightly",
            "5: policies[0].name: 'Nightly' is not allowed; use a-z, 0-9 and dashes inside, at most 63",
        ),
        (
            "name: nightly",
            "name: interruption",
            "5: policies[0].name: 'interruption' is the name of a built-in policy; choose another",
        ),
        (
            "{expression: 0 2 * * *}",
            "{expression: 0 2 * * *, timezone: Europe/Berln}",
            "7: policies[0].schedule.timezone: 'Europe/Berln' is not an IANA time zone (did you mean "
            "'Europe/Berlin'?); use a name such as UTC or Europe/Berlin",
        ),
        (
            "0 2 * * *",
            "0 0 31 2 *",
            "7: policies[0].schedule.expression: cron(0 0 31 2 ? *) would never run: no month has such a day",
        ),
        (
            "{namespaces: [default]}",
            "{}",
            '6: policies[0].selection: is empty; to take every claim, write namespaces: ["*"]',
        ),
        (
            "{namespaces: [default]}",
            "{namespaces: [default], opt_in_only: true}",
            "6: policies[0].selection: opt_in_only takes only labelled claims; remove it or namespaces",
        ),
        (
            "{namespaces: [default]}",
            "{min_size: 10Gi, max_size: 10G}",
            "6: policies[0].selection: min_size is more than max_size: no claim could be taken",
        ),
        (
            "{namespaces: [default]}",
            "{match_labels: {on: x}}",
            "6: policies[0].selection.match_labels.on: is read as a key that is not text; put it in quotes",
        ),
        (
            "{namespaces: [default]}",
            "{match_labels: {app: 1}}",
            "6: policies[0].selection.match_labels.app: 1 is not allowed; use text (put it in quotes)",
        ),
        (
            "{namespaces: [default]}",
            "{match_labels: {-app: x}}",
            "6: policies[0].selection.match_labels.-app: '-app' is not allowed; "
            "use a label key, such as app or example.com/tier",
        ),
        (
            "{namespaces: [default]}",
            "{match_expressions: [{key: app, operator: In}]}",
            "6: policies[0].selection.match_expressions[0]: In needs values; give at least one",
        ),
        (
            "{namespaces: [default]}",
            "{match_expressions: [{key: app, operator: Exists, values: [x]}]}",
            "6: policies[0].selection.match_expressions[0]: Exists takes no values; remove them",
        ),
        (
            "{namespaces: [default]}",
            "{match_expressions: [{key: app, operator: Exist}]}",
            "6: policies[0].selection.match_expressions[0].operator: 'Exist' is not allowed "
            "(did you mean 'Exists'?); use 'In', 'NotIn', 'Exists' or 'DoesNotExist'",
        ),
        (
            "    retention: {last: 3}\n",
            "",
            "5: policies[0].retention: is missing; give it here or in defaults.retention",
        ),
        (
            "    retention: {last: 3}",
            "    retention: {last: 3}\n    method: ebs\n    csi_fallback: ebs",
            "10: policies[0].csi_fallback: has no meaning with method ebs; remove it",
        ),
        (
            "    retention: {last: 3}",
            "    retention: {last: 3}\n    group_fallback: sequential",
            "9: policies[0].group_fallback: has no meaning without group; remove it or give a group",
        ),
        (
            "    retention: {last: 3}",
            "    retention: {last: 3}\n    retention: {last: 4}",
            "9: policies[0].retention: appears twice, first on line 8; keep one",
        ),
        (
            "    retention: {last: 3}",
            "    retention:",
            "8: policies[0].retention: has no value; give it one or remove the key",
        ),
        (
            "    region: ap-northeast-2",
            "    region: ap-northeast-2\n  - {name: myeks, region: ap-northeast-2}",
            "4: clusters[1].name: 'myeks' is also the name of clusters[0]; rename one",
        ),
        (
            "    region: ap-northeast-2",
            "    region: ap-northeast-2\n  - {name: myeks, region: us-east-1}",
            f"4: clusters[1].name: 'myeks' is also a cluster in ap-northeast-2; {OWN_FILE}",
        ),
        (
            "    region: ap-northeast-2",
            "    region: ap-northeast-2\n  - {name: other, region: us-east-1}",
            "4: clusters[1].region: 'us-east-1' is not the Region of clusters[0] (ap-northeast-2); "
            f"{OWN_FILE}",
        ),
        (
            "region: ap-northeast-2",
            "region: ap-northeast-9",
            "3: clusters[0].region: 'ap-northeast-9' is not an AWS Region with EKS "
            "(did you mean 'ap-northeast-3'?); use one such as ap-northeast-2",
        ),
        (
            "    selection: {namespaces: [default]}\n",
            "",
            "5: policies[0].selection: is missing; give it here or in defaults.selection",
        ),
        (
            "policies:",
            "defaults: {selection: {exclude_namespaces: [default]}}\npolicies:",
            "7: policies[0].selection: with what defaults.selection adds: exclude_namespaces (default) "
            "covers default: no claim could be taken",
        ),
        (
            "    retention: {last: 3}",
            "    retention: {last: 3}\n    lock: on",
            "9: policies[0].lock: True is not allowed; use off, or a mapping of keys to values",
        ),
        (
            "policies:",
            f"deployment: {{kms_key: {KEY}}}\npolicies:",
            "4: deployment.kms_key: is a key in us-east-1, and this deployment is in ap-northeast-2; "
            "use a key in ap-northeast-2",
        ),
        (
            "policies:",
            "pace: {per_second: 20}\npolicies:",
            "4: pace: per_second 20 is more than EC2 allows an account in a Region (5): EC2 would throttle "
            "everybody's calls. Use 5 or less, or add limits_raised: true if AWS has raised it",
        ),
        (
            "policies:",
            "pace: {burst: 101}\npolicies:",
            "4: pace: burst 101 is more than EC2 allows an account in a Region (100): EC2 would throttle "
            "everybody's calls. Use 100 or less, or add limits_raised: true if AWS has raised it",
        ),
        *(
            (
                "{namespaces: [default]}",
                f"{{namespaces: [{namespaces}], exclude_namespaces: [{excluded}]}}",
                f"6: policies[0].selection: exclude_namespaces ({excluded.replace(QUOTE, '')}) covers "
                f"{namespaces.replace(QUOTE, '')}: no claim could be taken",
            )
            for namespaces, excluded in (
                ('"*"', '"*"'),
                ("shop", '"*"'),
                ("shop, bank", "shop, bank"),
                ("team-a*", "kube-system, team-*"),
                ('"team-?"', '"team-*"'),
            )
        ),
        (
            "{namespaces: [default]}",
            '{min_size: 1Gi, exclude_namespaces: ["*"]}',
            "6: policies[0].selection: exclude_namespaces (*) covers every namespace: "
            "no claim could be taken",
        ),
        (
            "0 2 * * *",
            "CRON_TZ=Asia/Seoul 0 2 * * *",
            "7: policies[0].schedule.expression: CRON_TZ=Asia/Seoul is not part of an expression here; "
            "write timezone: Asia/Seoul",
        ),
        (
            "policies:",
            "pace: {pending: 400}\npolicies:",
            "4: pace.pending: 400 is too large; use 100 or less",
        ),
        (
            "policies:",
            "consistency_wait: 300\npolicies:",
            "4: consistency_wait: 300 is not allowed; use a number and a unit, "
            "such as 90 minutes (1 minute to 1 hour)",
        ),
        (
            "policies:",
            "defaults: {clusters: [myeks, myeks]}\npolicies:",
            "4: defaults.clusters[1]: 'myeks' is listed twice; remove one",
        ),
        (
            "policies:",
            "defaults: {clusters: [myek]}\npolicies:",
            "4: defaults.clusters[0]: 'myek' is not a cluster of this file (did you mean 'myeks'?); "
            "allowed: myeks",
        ),
    ],
)
def test_a_problem_names_its_place_and_what_is_allowed(
    refusals: Refusals, old: str, new: str, line: str
) -> None:
    assert refusals(changed(old, new)) == [f"snapkeep.yaml:{line}"]


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("catch_up: 30 seconds", "'30 seconds' is out of bounds; use 60 seconds to 24 hours"),
        ("catch_up: 25 hours", "'25 hours' is out of bounds; use 60 seconds to 24 hours"),
        ("catch_up: 2 days", "'2 days' is not allowed; use a number and a unit"),
        ("catch_up: 60", "60 is not allowed; use a number and a unit"),
        (
            "flexible_window: 1441 minutes",
            "'1441 minutes' is out of bounds; use 1 minute to 1440 minutes, or off",
        ),
        ("flexible_window: 90 seconds", "'90 seconds' is not allowed; Scheduler wants whole minutes"),
        ("flexible_window: on", "True is not allowed; use a number and a unit"),
        ("enabled: 'no'", "'no' is not allowed; use true or false"),
    ],
)
def test_times_are_kept_within_what_scheduler_takes(refusals: Refusals, window: str, words: str) -> None:
    (line,) = refusals(changed("{expression: 0 2 * * *}", f"{{expression: 0 2 * * *, {window}}}"))
    assert words in line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "snapkeep.yaml: is empty: it needs clusters and policies"),
        ("# nothing\n", "snapkeep.yaml: is empty: it needs clusters and policies"),
        ("[1]", "snapkeep.yaml: [1] is not allowed; use a mapping of keys to values"),
        ("a: [", "snapkeep.yaml:1: is not valid YAML: expected the node content, but found '<stream end>'"),
        ("a: 1\n---\nb: 1", "snapkeep.yaml:2: is not valid YAML: but found another document"),
        (
            "a: !!python/object:os.system x",
            "snapkeep.yaml:1: is not valid YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object:os.system'",
        ),
        (
            "a:\n  b: */15 * * * *",
            "snapkeep.yaml:2: is not valid YAML: expected alphabetic or numeric character, but found '/'; "
            "quote text that begins with *, and put what policies share under defaults",
        ),
        (
            "a: {b: @daily}",
            "snapkeep.yaml:1: is not valid YAML: found character '@' that cannot start any token; "
            'put text that begins with @ in quotes, such as "@daily"',
        ),
        (
            "a: %x",
            "snapkeep.yaml:1: is not valid YAML: found character '%' that cannot start any token; "
            "put text that begins with % in quotes",
        ),
        (
            "a:\n\t- b",
            "snapkeep.yaml:2: is not valid YAML: found character '\\t' that cannot start any token; "
            "indent with spaces",
        ),
        (
            "a: &x [*x]",
            "snapkeep.yaml:1: *x is a YAML alias, which is not used here; quote text that begins with *, and "
            "put what policies share under defaults",
        ),
        *(
            (
                f"a: 1\nb: {nested}",
                "snapkeep.yaml:2: is nested more than 30 levels deep; no setting needs that",
            )
            for nested in ("[" * 20_000, "[" * 31 + "]" * 31, "{c: " * 20_000, "[[" * 200 + "]]" * 200)
        ),
    ],
)
def test_a_file_that_is_no_config_says_so(refusals: Refusals, text: str, line: str) -> None:
    assert refusals(text) == [line]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nope\.yaml: cannot be read: No such file or directory"):
        load(tmp_path / "nope.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"binary\.yaml: cannot be read: it is not UTF-8 text"):
        load(binary)


@pytest.mark.parametrize(
    "wrong", ["7", "[]", "{}", "text", "{policies: {a: 1}}", "{clusters: [7], policies: [7]}"]
)
def test_data_of_any_shape_is_refused_and_never_crashes(refusals: Refusals, wrong: str) -> None:
    assert refusals(wrong)


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        (
            "{mode: compliance, days: 30}",
            "mode compliance locks every snapshot for 30 days, and nobody, AWS included, can lift that or "
            "stop its cost; if you mean it, add confirm_nobody_can_delete_early: true",
        ),
        (
            "{mode: governance, days: 7, cool_off_hours: 2}",
            "cool_off_hours has no meaning with mode governance; remove it",
        ),
        (
            "{mode: governance, days: 7, confirm_nobody_can_delete_early: true}",
            "confirm_nobody_can_delete_early has no meaning with mode governance; remove it",
        ),
        ("{mode: governance, days: 0}", "0 is too small; use 1 or more"),
        ("{mode: governance, days: 36501}", "36501 is too large; use 36500 or less"),
        ("{mode: legal-hold, days: 7}", "'legal-hold' is not allowed; use 'governance' or 'compliance'"),
    ],
)
def test_a_lock_that_cannot_be_meant_is_refused(refusals: Refusals, lock: str, told: str) -> None:
    (line,) = refusals(FILE + f"    lock: {lock}\n")
    assert line.endswith(told)


@pytest.mark.parametrize(
    ("max_age", "fit"), [("7d", "use 7 days or less, or "), ("1m", "use 30 days or less, or "), ("12h", "")]
)
def test_a_lock_longer_than_max_age_is_refused_wherever_they_are_written(
    refusals: Refusals, max_age: str, fit: str
) -> None:
    contradiction = f"policies[0].lock.days: a lock of 31 days keeps points that retention.max_age {max_age} "
    contradiction += f"would delete; {fit}raise max_age"
    text = FILE.replace("{last: 3}", f"{{last: 3, max_age: {max_age}}}")
    (here,) = refusals(text + "    lock: {mode: governance, days: 31}\n")
    (shared,) = refusals("defaults:\n  lock: {mode: governance, days: 31}\n" + text)
    assert here == f"snapkeep.yaml:9: {contradiction}"
    assert shared.endswith(contradiction)


@pytest.mark.parametrize(
    "selection",
    [
        '{namespaces: ["*"], exclude_namespaces: ["?"]}',
        "{namespaces: [shop, bank], exclude_namespaces: [shop]}",
        '{namespaces: ["team-*"], exclude_namespaces: ["team-a*", "team-?"]}',
        "{exclude_namespaces: [kube-system]}",
    ],
)
def test_an_exclusion_that_leaves_a_namespace_is_accepted(loaded: Loader, selection: str) -> None:
    assert loaded(changed("{namespaces: [default]}", selection)).policies


def test_a_faster_pace_is_accepted_where_aws_raised_the_limits(loaded: Loader) -> None:
    pace = loaded("pace: {per_second: 20, burst: 200, limits_raised: true}\n" + FILE).pace
    assert (pace.per_second, pace.burst) == (20, 200)


@pytest.mark.parametrize(
    ("item", "place"),
    [
        ("{namespace: lab}", "accept[0].reason"),
        ("{namespace: lab, reason: tests, until: soon}", "accept[0].until"),
        ("{namespace: lab, reason: tests, clusters: [nope]}", "accept[0].clusters[0]"),
        ("{namespace: lab, reason: tests, clam: data}", "accept[0].clam"),
        ("{reason: tests}", "accept[0].namespace"),
    ],
)
def test_what_is_accepted_without_saying_what_and_why_is_refused(
    refusals: Refusals, item: str, place: str
) -> None:
    (problem,) = refusals(f"accept: [{item}]\n{FILE}")
    assert problem.split(": ")[1] == place
