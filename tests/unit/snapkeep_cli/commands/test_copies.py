"""`snapkeep get copies`."""

from __future__ import annotations

import json

import pytest
import yaml

from snapkeep.domain.errors import TemporaryError
from tests.fakes.copying import CopyWorld
from tests.unit.snapkeep_cli.conftest import Command


@pytest.fixture
def world() -> CopyWorld:
    """shop/mysql and shop/wordpress have each a ready copy in Osaka."""
    world = CopyWorld()
    world.live(minutes=10)
    return world


def test_copies_are_listed_as_a_table(snapkeep: Command, world: CopyWorld) -> None:
    lines = snapkeep("get", "copies").out.splitlines()
    assert lines[0].split()[:6] == ["NAMESPACE", "CLAIM", "PLACE", "TAKEN", "POLICY", "STATE"]
    assert lines[1].split()[:6] == ["shop", "mysql", "osaka", "2026-11-24T18:00:00Z", "nightly", "ready"]
    assert world.records()["mysql"].point_id in lines[1]
    assert world.records()["mysql"].snapshot_id in snapkeep("get", "copies", "-o", "wide").out


def test_programs_get_json_or_yaml_and_nothing_else(snapkeep: Command) -> None:
    as_json = json.loads(snapkeep("get", "copies", "-o", "json").out)
    assert as_json == yaml.safe_load(snapkeep("get", "copies", "-o", "yaml").out)
    assert [copy["claim"] for copy in as_json["copies"]] == ["mysql", "wordpress"]


def test_lists_are_narrowed_and_say_when_there_is_more(snapkeep: Command) -> None:
    assert snapkeep("get", "copies", "-n", "other").err.strip() == "no copies"
    assert len(snapkeep("get", "copies", "--claim", "shop/mysql").out.splitlines()) == 2
    shown = snapkeep("get", "copies", "--limit", "1")
    assert "there are more than 1" in shown.err
    assert len(shown.out.splitlines()) == 2
    ended = snapkeep("get", "copies", "--place", "moon")
    assert (ended.code, "its places are osaka" in ended.err) == (4, True)


def test_a_pending_copy_shows_its_progress_and_that_it_is_locked(snapkeep: Command, world: CopyWorld) -> None:
    for name in list(world.osaka.all):
        del world.osaka.all[name]
    world.journal.copies.all.clear()
    world.turn()
    row = snapkeep("get", "copies", "--claim", "shop/mysql").out.splitlines()[1]
    assert "pending" in row


def test_a_place_that_does_not_answer_is_a_warning_and_no_success(
    snapkeep: Command, world: CopyWorld
) -> None:
    world.osaka.fail_next("find", TemporaryError("the Region is away"))
    ended = snapkeep("get", "copies")
    assert ended.code == 6
    assert "osaka (ap-northeast-3) did not answer: the Region is away" in ended.err
