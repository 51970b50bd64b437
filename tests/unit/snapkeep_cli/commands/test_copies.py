"""`snapkeep get copies`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
import yaml

from snapkeep.domain.errors import TemporaryError
from snapkeep_cli.api.transport import Answer
from tests.fakes.copies import BAD_KEY
from tests.fakes.copying import OSAKA, CopyWorld
from tests.fakes.world import SLOT
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


def old_point(world: CopyWorld) -> str:
    """The id of mysql's older point, which no rule wants, after the newer one was copied."""
    older = world.point("mysql").id
    for name in list(world.osaka.all):
        del world.osaka.all[name]
    world.journal.copies.all.clear()
    world.back_up_again(SLOT + timedelta(days=1))
    world.live(minutes=10)
    return older


def test_a_point_is_copied_beyond_the_rules(snapkeep: Command, world: CopyWorld) -> None:
    point = old_point(world)
    ended = snapkeep("copy", point, "--to", "osaka")
    assert (ended.code, "waiting" in ended.out) == (0, True)
    assert f"{point} is copied to osaka in the next turn there" in ended.err
    assert "osaka keeps copies of policy nightly by last 3" in ended.err
    assert f"snapkeep get copies --place osaka --point {point}" in ended.err
    world.live(minutes=10)
    ended = snapkeep("copy", point, "--to", "osaka")
    assert (ended.code, f"{point} is already in osaka" in ended.err) == (0, True)


def test_it_can_be_waited_for(snapkeep: Command, world: CopyWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    point = old_point(world)
    send = snapkeep.transport.send

    def send_later(method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        if method == "GET":
            world.live(minutes=20)
        return send(method, path, headers, body)

    monkeypatch.setattr(snapkeep.transport, "send", send_later)
    ended = snapkeep("copy", point, "--to", "osaka", "--wait", "-o", "json")
    assert (ended.code, json.loads(ended.out)["state"]) == (0, "ready")
    for name in list(world.osaka.all):
        del world.osaka.all[name]
    world.journal.copies.all.clear()
    world.osaka.closed_keys = {OSAKA.kms_key}
    ended = snapkeep("copy", point, "--to", "osaka", "--wait")
    assert (ended.code, "given_up" in ended.out, BAD_KEY in ended.out) == (1, True, True)


def test_a_copy_is_cancelled(snapkeep: Command, world: CopyWorld) -> None:
    point = old_point(world)
    snapkeep("copy", point, "--to", "osaka")
    ended = snapkeep("copy", point, "--to", "osaka", "--cancel")
    assert (ended.code, "cancelled" in ended.out) == (0, True)
    assert "the rules do not want it again" in ended.err
    assert "cancelled by" in snapkeep("get", "copies", "--state", "cancelled").out


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("POINT", "--to", "moon"), 4, "its places are osaka"),
        (("nothing", "--to", "osaka"), 4, "no recovery point nothing"),
        (("POINT", "--to", "osaka", "--cancel"), 3, "error[copy_refused]"),
        (("POINT", "--to", "osaka", "--cancel", "--wait"), 2, "do not go together"),
        (("POINT",), 2, "--to"),
        (("POINT", "--to", ""), 2, "one of the names is empty"),
    ],
)
def test_bad_input_is_refused(
    snapkeep: Command, world: CopyWorld, words: tuple[str, ...], code: int, text: str
) -> None:
    point = world.point("mysql").id
    ended = snapkeep("copy", *(point if word == "POINT" else word for word in words))
    assert (ended.code, text in ended.err) == (code, True), ended.err


def test_coverage_shows_how_claims_stand_in_places_and_checks_it(snapkeep: Command, world: CopyWorld) -> None:
    shown = snapkeep("coverage", "--check")
    assert (shown.code, shown.out.count("osaka: on time: the newest copy is of 2026-11-24 18:00")) == (0, 2)
    for day in (1, 2, 3):
        world.back_up_again(SLOT + timedelta(days=day))
    shown = snapkeep("coverage", "--check")
    assert (shown.code, "osaka: late: " in shown.out) == (1, True)
    assert "the copies of 2 claims are late: COPIES says why" in shown.err
    world.osaka.fail_next("find", TemporaryError("the Region is away"))
    shown = snapkeep("coverage", "--check")
    assert (shown.code, "osaka (ap-northeast-3) did not answer" in shown.err) == (6, True)


def test_status_has_a_line_for_each_place(snapkeep: Command, world: CopyWorld) -> None:
    lines = snapkeep("status").out.splitlines()
    (titles,) = [number for number, line in enumerate(lines) if line.startswith("PLACE")]
    line = lines[titles + 1].split()
    assert line[:6] == ["osaka", "2", "0", "0", "0", "2026-11-24T18:00:00Z"]
    assert line[6:8] == ["0", "0"]
    world.osaka.fail_next("find", TemporaryError("the Region is away"))
    assert "copies: osaka (ap-northeast-3) did not answer" in snapkeep("status").out
