"""Flows read straight: few calls lead back to a file that the reader has left."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.hops import LAYER
from tests.hops.source import Source
from tests.hops.walk import Hop, hops


def flow(folder: Path, entry: str, **files: str) -> list[Hop]:
    """The hops of a flow through a package `snapkeep` made of these files (`__` stands for a folder)."""
    for name, text in files.items():
        path = folder.joinpath("snapkeep", *name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return hops(f"snapkeep.{entry}", Source(folder))


def back(found: list[Hop]) -> list[tuple[str, str]]:
    """The returns among hops."""
    return [(hop.caller, hop.called) for hop in found if hop.is_return]


READ_PLAN_ACT = """
from snapkeep.acting import act
from snapkeep.planning import plan
from snapkeep.reading import Reader

def run(reader: Reader) -> None:
    act(plan(reader.read()))
"""


def test_reading_planning_and_acting_one_after_the_other_is_straight(tmp_path: Path) -> None:
    found = flow(
        tmp_path,
        "run:run",
        run=READ_PLAN_ACT,
        reading="class Reader:\n    def read(self) -> str:\n        return ''",
        planning="def plan(text: str) -> str:\n    return text",
        acting="def act(text: str) -> None:\n    pass",
    )

    assert [hop.called for hop in found] == ["reading:Reader.read", "planning:plan", "acting:act"]
    assert back(found) == []


def test_a_file_that_another_one_opened_before_is_returned_to(tmp_path: Path) -> None:
    found = flow(
        tmp_path,
        "run:run",
        run=READ_PLAN_ACT,
        reading="class Reader:\n    def read(self) -> str:\n        return ''",
        planning="def plan(text: str) -> str:\n    return text\n\ndef check(text: str) -> None:\n    pass",
        acting="from snapkeep.planning import check\n\ndef act(text: str) -> None:\n    check(text)",
    )

    assert back(found) == [("acting:act", "planning:check")]


CALLBACK = """
from snapkeep.taking import Taker

class Run:
    def run(self) -> None:
        Taker(lambda name: self.failed(name)).take()

    def failed(self, name: str) -> None:
        pass
"""

TAKER = """
from collections.abc import Callable
from dataclasses import dataclass

@dataclass
class Taker:
    fail: Callable[[str], None]

    def take(self) -> None:
        self.fail('one')
        self.fail('two')
"""


def test_a_callback_leads_back_to_where_it_is_written_once(tmp_path: Path) -> None:
    found = flow(tmp_path, "run:Run.run", run=CALLBACK, taking=TAKER)

    assert back(found) == [("taking:Taker.take", "run:Run.run.lambda")]


def test_a_function_that_calls_twice_into_a_file_that_it_opened_does_not_return(tmp_path: Path) -> None:
    found = flow(
        tmp_path,
        "run:run",
        run="from snapkeep.brake import one, two\n\ndef run() -> None:\n    one()\n    two()",
        brake="def one() -> None:\n    pass\n\ndef two() -> None:\n    pass",
    )

    assert [hop.called for hop in found] == ["brake:one"]


@pytest.mark.parametrize("where", ["ports", "domain__tags"])
def test_the_walk_ends_at_effects_and_at_words_that_all_use(tmp_path: Path, where: str) -> None:
    name = where.replace("__", ".")
    found = flow(
        tmp_path,
        "run:run",
        run=f"from snapkeep.{name} import read\n\ndef run() -> None:\n    read()",
        **{where: "def read() -> None:\n    pass"},
    )

    assert found == []


def test_a_flow_that_nobody_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        flow(tmp_path, "run:walk", run="def run() -> None:\n    pass")


@cache
def ours() -> Source:
    """What the functions run, read once."""
    return Source(LAYER)


@pytest.mark.parametrize(
    ("entry", "most"),
    [
        ("snapkeep.services.retention.prune:Prune.run", 12),
        ("snapkeep.services.backup.taking.take:TakeSnapshots.run", 3),
        ("snapkeep.services.restore.plan:PlanRestore.plan", 9),
    ],
)
def test_our_flows_lead_back_no_more_often_than_this(entry: str, most: int) -> None:
    found = hops(entry, ours())
    assert len(found) > most, "the walk follows the flow"
    assert len(back(found)) <= most, "\n".join(
        f"{hop.caller} -> {hop.called}" for hop in found if hop.is_return
    )
