"""The plan that the demo reads from prune's log, and the tables that it shows."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from sandbox.demo import pruning, retention_tables
from sandbox.demo.facts import DeletedFact, KeptFact, RefusalFact, RetentionFact
from sandbox.demo.steps import DemoError
from tests.integration.demo_past import RULES


def log(*entries: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    return iter(entries)


def report(**changes: Any) -> dict[str, Any]:
    cluster = {
        "cluster": "myeks",
        "refused": "",
        "refusals": [{"token": "c0ffee", "reason": "too far"}],
        "verdict": {"points": 3, "new": 1},
        "counts": {"keep": 1, "delete": 2, "deleted": 2},
        **changes,
    }
    return {"message": "done", "report": {"clusters": [{"cluster": "other"}, cluster]}}


def test_the_whole_plan_is_read_from_the_log() -> None:
    fact = pruning.read(
        log(
            {"delete": {"snap-1": "a"}},
            {"delete": {"snap-2": "b"}},
            {"keep": {"snap-3": ["the brake refused to delete it on Monday"]}},
            report(),
        ),
        "myeks",
    )

    assert (set(fact.keep), dict(fact.delete)) == ({"snap-3"}, {"snap-1": "a", "snap-2": "b"})
    assert (fact.held, fact.brake, fact.confirm) == ({"snap-3"}, "too far", "c0ffee")
    assert (fact.points, fact.new, fact.deleted) == (3, 1, 2)


def test_a_log_that_does_not_hold_the_whole_plan_is_not_believed() -> None:
    with pytest.raises(DemoError, match="logs 0 to keep and 1 to delete"):
        pruning.read(log({"delete": {"snap-1": "a"}}, report()), "myeks")


def test_a_prune_without_a_plan_says_why() -> None:
    with pytest.raises(DemoError, match="no plan: EC2 does not answer"):
        pruning.read(log(report(verdict=None, refused="EC2 does not answer")), "myeks")


def test_tables_show_what_stays_what_went_and_what_was_refused() -> None:
    shown = io.StringIO()
    console = Console(file=shown, width=100)
    slot = datetime(2027, 2, 26, 15, tzinfo=UTC)
    refused = RefusalFact(
        "retention last 28 -> last 1", 41, "grace until then", 41, 45, "41 of 45 would go", "c0ffee"
    )
    fact = RetentionFact(
        claim="blog/mysql",
        policy="often",
        timezone="Asia/Seoul",
        rules=RULES,
        words="keep 28 six-hourly points",
        made="made by hand",
        simulated=2,
        kept=(KeptFact("snap-1", slot, ("last 1/28", "oldest monthly")),),
        deleted=(
            DeletedFact("snap-3", slot - timedelta(days=1), "no rule keeps it: last 28 filled"),
            DeletedFact("snap-2", slot - timedelta(days=2), "no rule keeps it: last 28 filled"),
        ),
        refused=refused,
    )

    retention_tables.show(console, fact)
    retention_tables.show_refusal(console, refused)

    text = shown.getvalue()
    for words in (
        "Kept for blog/mysql: 1 of 3 points",
        "Sat 2027-02-27 00:00  snap-1  ",
        "last 1/28, oldest monthly",
        "policy often: keep 28 six-hourly points",
        "points by rule: last 1, oldest monthly 1",
        "simulated: made by hand",
        "gone from EC2: 2 points",
        " 2       2027-02-26  2027-02-25  last 28 filled",
        "the brake refuses 41 deletions: 41 of 45 would go",
        'to carry them out: {"confirm": "c0ffee"}',
        "grace until then: 41 points stay",
    ):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100
