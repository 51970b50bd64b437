"""What `snapkeep plan` foresees: the slots that Scheduler will run, and what it cannot tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from snapkeep_cli.main import app

TWO_CLUSTERS = [{"name": "blue", "region": "eu-west-1"}, {"name": "green", "region": "eu-west-1"}]


def policy(name: str, expression: str, **schedule: Any) -> dict[str, Any]:
    """A policy that runs at these times, in Berlin unless it says otherwise."""
    return {
        "name": name,
        "selection": {"namespaces": [name]},
        "schedule": {"expression": expression, "timezone": "Europe/Berlin", **schedule},
        "retention": {"last": 3},
    }


class Plan:
    """Types `snapkeep plan` over a config with these policies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "snapkeep.yaml"

    def __call__(self, *words: str, policies: list[dict[str, Any]]) -> Result:
        self._path.write_text(json.dumps({"clusters": TWO_CLUSTERS, "policies": policies}))
        command = ["plan", "--config", str(self._path), *words]
        found = CliRunner().invoke(app, command, env={"COLUMNS": "80", "NO_COLOR": "1"})
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found

    def document(self, *words: str, policies: list[dict[str, Any]]) -> dict[str, Any]:
        """What it prints as JSON."""
        found = self(*words, "-o", "json", policies=policies)
        assert found.exit_code == 0, found.stderr
        answer: dict[str, Any] = json.loads(found.stdout)
        return answer


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(tmp_path)


def test_every_slot_is_told_in_utc_and_in_the_policys_zone(plan: Plan) -> None:
    found = plan.document(
        "--now", "2026-11-24T00:00:00Z", "--days", "2", policies=[policy("nightly", "0 2 * * *")]
    )

    assert [(run["slot"], run["local"], run["cluster"]) for run in found["runs"]] == [
        ("2026-11-24T01:00:00+00:00", "2026-11-24T02:00:00+01:00", "blue"),
        ("2026-11-24T01:00:00+00:00", "2026-11-24T02:00:00+01:00", "green"),
        ("2026-11-25T01:00:00+00:00", "2026-11-25T02:00:00+01:00", "blue"),
        ("2026-11-25T01:00:00+00:00", "2026-11-25T02:00:00+01:00", "green"),
    ]


def test_a_time_that_the_clocks_skip_is_left_to_reconcile(plan: Plan) -> None:
    # Clocks in Berlin go from 02:00 to 03:00 on 28 March 2027.
    found = plan.document(
        "--now",
        "2027-03-27T00:00:00Z",
        "--days",
        "3",
        "--cluster",
        "blue",
        policies=[policy("n", "30 2 * * *")],
    )

    assert [(run["slot"][:16], bool(run["note"])) for run in found["runs"]] == [
        ("2027-03-27T01:30", False),
        ("2027-03-28T01:30", True),
        ("2027-03-29T00:30", False),
    ]
    assert "reconcile starts it, not Scheduler" in found["runs"][1]["note"]


def test_a_time_that_comes_twice_runs_once(plan: Plan) -> None:
    found = plan.document(
        "--now",
        "2026-10-24T12:00:00Z",
        "--days",
        "1",
        "--cluster",
        "blue",
        policies=[policy("n", "30 2 * * *")],
    )

    assert [run["slot"] for run in found["runs"]] == ["2026-10-25T00:30:00+00:00"]


def test_the_flexible_window_says_until_when_it_starts(plan: Plan) -> None:
    found = plan.document(
        "--now",
        "2026-11-24T00:00:00Z",
        "--days",
        "1",
        policies=[policy("n", "0 2 * * *", flexible_window="15 minutes")],
    )

    assert found["runs"][0]["starts_by"] == "2026-11-24T01:15:00+00:00"


def test_what_is_paused_or_has_no_times_is_named(plan: Plan) -> None:
    policies = [
        policy("asleep", "0 2 * * *", enabled=False),
        policy("often", "rate(6 hours)"),
        policy("last", "cron(0 2 L * ? *)"),
    ]

    found = plan("--now", "2026-11-24T00:00:00Z", policies=policies)
    document = plan.document("--now", "2026-11-24T00:00:00Z", policies=policies)

    assert document["runs"] == []
    assert document["paused"] == ["asleep"]
    assert [item["policy"] for item in document["not_foreseen"]] == ["often", "last"]
    assert "paused: asleep" in found.stderr
    assert "28 runs: rate(6 hours) counts from when its schedule is deployed" in found.stderr
    assert "only Scheduler evaluates" in found.stderr


def test_the_table_is_not_cut_in_a_pipe(plan: Plan) -> None:
    found = plan(
        "--now",
        "2027-03-27T12:00:00Z",
        "--days",
        "1",
        policies=[policy("a-policy-with-a-rather-long-name", "30 2 * * *")],
    )

    assert "Sun 2027-03-28 01:30" in found.stdout
    assert "reconcile starts it, not Scheduler" in found.stdout
    assert "2 runs of 1 policy in 1 day from Sat 2027-03-27 12:00 UTC" in found.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--now", "tomorrow"), 2, "not an ISO 8601 time"),
        (("--now", "9999-12-31"), 2, "the year 9999 is out of bounds"),
        (("--now", "0001-01-01"), 2, "the year 1 is out of bounds"),
        (("--cluster", "bleu"), 4, "the clusters are blue, green"),
    ],
)
def test_what_cannot_be_is_refused(plan: Plan, words: tuple[str, ...], code: int, told: str) -> None:
    found = plan(*words, policies=[policy("n", "0 2 * * *")])

    assert found.exit_code == code
    assert told in found.stderr
    assert found.stdout == ""


def test_policies_that_take_the_same_claims_are_named(plan: Plan) -> None:
    both = [
        policy("nightly", "0 2 * * *"),
        {**policy("all", "0 3 * * *"), "selection": {"namespaces": ["*"]}},
    ]
    assert "policies nightly and all both take a claim" in " ".join(plan(policies=both).stderr.split())
    (found,) = plan.document(policies=both)["overlaps"]
    assert (found["first"], found["second"], found["namespaces"]) == ("nightly", "all", ["nightly"])
    assert plan.document(policies=both[:1])["overlaps"] == []
