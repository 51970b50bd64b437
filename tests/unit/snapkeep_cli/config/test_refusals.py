"""A wrong config file is refused with every problem at once: file, line, key path, what is allowed."""

from __future__ import annotations

import pytest

from snapkeep_cli.config.regions import OWN_FILE
from tests.unit.snapkeep_cli.config.conftest import Refusals
from tests.unit.snapkeep_cli.config.refused_file import KEY, QUOTE, changed


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
            "archive_after, clusters, copies, csi_fallback, exclusive, expect, group, group_fallback, lock, "
            "method, name, objects, retention, schedule, secrets, selection",
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
            "6: policies[0].selection.match_labels.on: is not read as text; put it in quotes",
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
        ("flexible_window: 90 seconds", "'90 seconds' is not allowed; Scheduler needs whole minutes"),
        ("flexible_window: on", "True is not allowed; use a number and a unit"),
        ("enabled: 'no'", "'no' is not allowed; use true or false"),
    ],
)
def test_times_are_kept_within_what_scheduler_takes(refusals: Refusals, window: str, words: str) -> None:
    (line,) = refusals(changed("{expression: 0 2 * * *}", f"{{expression: 0 2 * * *, {window}}}"))
    assert words in line
