"""A config file becomes a deployment, with the defaults filled in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from textwrap import dedent

from snapkeep.domain.policies import (
    Cluster,
    Deployment,
    Method,
    Operator,
    Pace,
    Policy,
    Requirement,
    Schedule,
    Selection,
)
from snapkeep.domain.report.acceptances import Acceptance
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.retention.rules import RetentionRules
from snapkeep_cli.config.keeping import Retention
from tests.lists import check_list

Loader = Callable[[str], Deployment]

SMALLEST = """
    clusters:
      - {name: myeks, region: ap-northeast-2}
    policies:
      - name: nightly
        selection: {namespaces: ["*"]}
        schedule: {expression: "@daily"}
        retention: {last: 3}
"""


def test_the_smallest_file_gets_sensible_defaults(loaded: Loader) -> None:
    assert loaded(SMALLEST) == Deployment(
        clusters=(Cluster("myeks", "ap-northeast-2"),),
        policies=(
            Policy(
                name="nightly",
                clusters=("myeks",),
                selection=Selection(namespaces=("*",)),
                schedule=Schedule("cron(0 0 * * ? *)", "UTC", 0, timedelta(hours=1), enabled=True),
                method=Method.CSI,
                retention={"last": 3},
            ),
        ),
        pace=Pace(2.5, 50, 80),
        consistency_wait=timedelta(minutes=5),
    )


EVERYTHING = """
    clusters:
      - {name: myeks, region: ap-northeast-2}
      - {name: Other_1, region: ap-northeast-2}
    policies:
      - name: shop
        clusters: [Other_1]
        selection:
          namespaces: [shop-*]
          exclude_namespaces: [shop-test]
          match_labels: {app: web, example.com/tier: ""}
          match_expressions:
            - {key: env, operator: NotIn, values: [dev, test]}
            - {key: legacy, operator: DoesNotExist}
          storage_classes: [gp3]
          min_size: 1Gi
          max_size: 10G
        schedule:
          expression: 30 4 * * MON-FRI
          timezone: Europe/Berlin
          flexible_window: 15 minutes
          catch_up: 24 hours
          enabled: false
        method: ebs
        group: app
        group_fallback: sequential
        retention: {last: all, within_daily: 1y5m, max_age: 2y, minimum: 2, after_claim_deleted: 90d}
    pace: {per_second: 1, burst: 10, pending: 20}
    consistency_wait: 10 minutes
"""


def test_everything_a_file_can_say_arrives(loaded: Loader) -> None:
    deployment = loaded(EVERYTHING)
    assert deployment.policies == (
        Policy(
            name="shop",
            clusters=("Other_1",),
            selection=Selection(
                namespaces=("shop-*",),
                exclude_namespaces=("shop-test",),
                labels=(
                    Requirement("app", Operator.IN, ("web",)),
                    Requirement("example.com/tier", Operator.IN, ("",)),
                    Requirement("env", Operator.NOT_IN, ("dev", "test")),
                    Requirement("legacy", Operator.DOES_NOT_EXIST),
                ),
                storage_classes=("gp3",),
                min_bytes=2**30,
                max_bytes=10**10,
            ),
            schedule=Schedule("cron(30 4 ? * 2-6 *)", "Europe/Berlin", 15, timedelta(days=1), enabled=False),
            method=Method.EBS,
            retention={
                "last": "all",
                "within_daily": "1y5m",
                "max_age": "2y",
                "minimum": 2,
                "after_claim_deleted": "90d",
            },
            group_label="app",
            group_fallback=True,
        ),
    )
    assert deployment.pace == Pace(1, 10, 20)
    assert deployment.consistency_wait == timedelta(minutes=10)


WITH_DEFAULTS = """
    clusters:
      - {name: one, region: us-east-1}
      - {name: two, region: us-east-1}
    defaults:
      clusters: [two]
      schedule: {expression: 0 1 * * *, timezone: Asia/Seoul, flexible_window: 5 minutes, catch_up: 2 hours}
      method: ebs
      csi_fallback: ebs
      group_fallback: sequential
      retention: {daily: 7, weekly: 4}
    policies:
      - name: as-told
        selection: {opt_in_only: true}
      - name: own-way
        clusters: [one]
        selection: {namespaces: [shop]}
        schedule: {timezone: UTC, flexible_window: off}
        method: csi
        csi_fallback: fail
        group: app
        group_fallback: fail
        retention: {last: 1}
"""


def test_a_policy_takes_from_the_defaults_what_it_does_not_say(loaded: Loader) -> None:
    policy = loaded(WITH_DEFAULTS).policies[0]
    assert policy.clusters == ("two",)
    assert policy.schedule == Schedule("cron(0 1 * * ? *)", "Asia/Seoul", 5, timedelta(hours=2))
    assert (policy.method, policy.csi_fallback, policy.group_fallback) == (Method.EBS, True, True)
    assert policy.retention == {"daily": 7, "weekly": 4}


def test_a_policys_own_words_win_and_its_retention_replaces_the_default_as_a_whole(loaded: Loader) -> None:
    policy = loaded(WITH_DEFAULTS).policies[1]
    assert policy.clusters == ("one",)
    assert policy.schedule == Schedule("cron(0 1 * * ? *)", "UTC", 0, timedelta(hours=2))
    assert (policy.method, policy.csi_fallback, policy.group_fallback) == (Method.CSI, False, False)
    assert policy.retention == {"last": 1}


def test_off_means_off_with_and_without_quotes(loaded: Loader) -> None:
    for word in ("off", '"off"', "false"):
        text = WITH_DEFAULTS.replace("flexible_window: off", f"flexible_window: {word}")
        assert loaded(text).policies[1].schedule.flexible_minutes == 0


def test_a_lock_is_taken_from_the_policy_or_from_the_defaults(loaded: Loader) -> None:
    locked = """
    clusters:
      - {name: myeks, region: ap-northeast-2}
    defaults:
      schedule: {expression: "@daily"}
      retention: {last: 3}
      lock: {mode: governance, days: 7}
    policies:
      - {name: nightly, selection: {namespaces: ["*"]}}
      - name: audit
        selection: {namespaces: [audit]}
        lock: {mode: compliance, days: 365, cool_off_hours: 72, confirm_nobody_can_delete_early: true}
    """
    nightly, audit = loaded(locked).policies
    assert nightly.lock == Lock(LockMode.GOVERNANCE, 7)
    assert audit.lock == Lock(LockMode.COMPLIANCE, 365, 72)


def test_off_takes_no_lock_although_the_defaults_have_one(loaded: Loader) -> None:
    for word in ("off", '"off"', "false"):
        text = f"""
        clusters: [{{name: myeks, region: ap-northeast-2}}]
        defaults:
          schedule: {{expression: "@daily"}}
          retention: {{last: 3}}
          lock: {{mode: governance, days: 7}}
        policies:
          - {{name: nightly, selection: {{namespaces: ["*"]}}, lock: {word}}}
          - {{name: locked, selection: {{namespaces: ["*"]}}}}
        """
        assert [policy.lock for policy in loaded(text).policies] == [None, Lock(LockMode.GOVERNANCE, 7)]
        assert loaded(text.replace("{mode: governance, days: 7}", word)).policies[1].lock is None


SHARED_SELECTION = """
    clusters: [{name: myeks, region: ap-northeast-2}]
    defaults:
      schedule: {expression: "@daily"}
      retention: {last: 3}
      selection: {namespaces: ["*"], exclude_namespaces: [kube-system], min_size: 1Gi}
    policies:
      - {name: all}
      - {name: shop, selection: {namespaces: [shop], match_labels: {app: web}}, exclusive: true}
      - {name: asked-for, selection: {opt_in_only: true}}
"""


def test_each_key_of_a_selection_may_come_from_the_defaults(loaded: Loader) -> None:
    everything, shop, asked_for = loaded(SHARED_SELECTION).policies
    assert everything.selection == Selection(("*",), ("kube-system",), min_bytes=2**30)
    web = (Requirement("app", Operator.IN, ("web",)),)
    assert shop.selection == Selection(("shop",), ("kube-system",), web, min_bytes=2**30)
    assert asked_for.selection == Selection(opt_in_only=True)
    assert [policy.exclusive for policy in (everything, shop, asked_for)] == [False, True, False]


def test_a_policy_with_conditions_is_not_opt_in_only_because_of_the_defaults(loaded: Loader) -> None:
    text = SHARED_SELECTION.replace(
        '{namespaces: ["*"], exclude_namespaces: [kube-system], min_size: 1Gi}', "{opt_in_only: true}"
    )
    assert [policy.selection.opt_in_only for policy in loaded(text).policies] == [True, False, True]


def test_what_is_accepted_has_a_reason_and_perhaps_a_last_day(loaded: Loader) -> None:
    accept = """
    accept:
      - namespace: lab-*
        reason: a playground
      - {namespace: shop, claim: "web-*:cache", reason: a cache, until: 2027-06-30, clusters: [myeks]}
    """
    assert loaded(dedent(accept) + dedent(SMALLEST)).accepted == (
        Acceptance("lab-*", "a playground"),
        Acceptance("shop", "a cache", "web-*:cache", "2027-06-30", ("myeks",)),
    )
    assert loaded(SMALLEST).accepted == ()


def test_orphans_are_only_reported_unless_the_file_says_delete(loaded: Loader) -> None:
    assert not loaded(SMALLEST).delete_orphans
    assert loaded("orphans: delete\n" + dedent(SMALLEST)).delete_orphans


def test_the_file_has_a_key_for_each_retention_rule() -> None:
    rules = [field.name for field in fields(RetentionRules)]

    check_list("snapkeep_cli/config/keeping.py, Retention", Retention.model_fields, rules)
