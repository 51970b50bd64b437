"""`snapkeep status` and `watch`: what a person sees first, and what programs get."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from snapkeep.domain.errors import ClusterUnreachable, TemporaryError
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep_cli.api.transport import Answer, Unreachable
from snapkeep_cli.commands import status
from snapkeep_cli.main import app
from tests.fakes.copying import CopyWorld
from tests.fakes.restore_samples import a_restore
from tests.fakes.terminal import terminal
from tests.fakes.world import SLOT, World, a_claim
from tests.unit.snapkeep_cli.conftest import Command, connected


def test_one_screen_says_who_is_safe_what_ran_and_what_is_under_way(snapkeep: Command, world: World) -> None:
    world.cluster.claim_list.append(a_claim("cache", labels={"snapkeep.io/policy": "none"}))
    world.cluster.claim_list.append(a_claim("tmp", labels={"snapkeep.io/exclude": "true"}))
    world.journal.incidents.write_incident(
        IncidentRecord("i-0a1", "myeks", "node-1").noted(SLOT, "cordoned node-1")
    )
    world.journal.restores.add_restore(a_restore(7))
    out = snapkeep("status").out
    assert "1 protected" in out and "1 unprotected" in out
    assert "\n1 of 2 claims needs attention\n" in out
    assert "1 excluded" in out
    assert "shop/cache" in out and "shop/tmp" not in out
    assert "nightly  1       2026-11-24T18:00:00Z  1 of 1  completed" in out
    assert "cordoned node-1" in out
    assert "shop/data-restored" in out


def test_what_is_over_is_not_shown(snapkeep: Command, world: World) -> None:
    record = IncidentRecord("i-0a1", "myeks", "node-1").noted(SLOT, "cordoned node-1")
    world.journal.incidents.write_incident(type(record)(**{**vars(record), "closed_at": SLOT}))
    assert "i-0a1" not in snapkeep("status").out


def test_many_claims_in_trouble_are_cut_to_a_screen(snapkeep: Command, world: World) -> None:
    for number in range(14):
        name = f"cache-{number}"
        world.cluster.claim_list.append(a_claim(name, labels={"snapkeep.io/policy": "none"}))
    out = snapkeep("status").out
    assert out.count("shop/cache-") == status.MOST_TROUBLES
    assert out.index("shop/cache-") < out.index("and 4 more: snapkeep coverage") < out.index("POLICY")


def test_programs_get_the_whole_document(snapkeep: Command) -> None:
    document = json.loads(snapkeep("status", "-o", "json").out)
    zero = dict.fromkeys(("failing", "unprotected", "late", "unprotectable", "excluded", "gone"), 0)
    assert document["claims"] == zero | {"protected": 1}
    assert document["policies"][0]["name"] == "nightly"


def test_a_sentence_says_that_all_is_well(snapkeep: Command) -> None:
    assert "\neverything that can be protected is protected\n" in snapkeep("status").out


def test_a_cluster_that_does_not_answer_is_not_called_safe(snapkeep: Command, world: World) -> None:
    world.cluster.fail_next("claims", ClusterUnreachable("the Kubernetes API of myeks did not answer"))
    out = snapkeep("status").out
    assert "every claim that is known is protected" in out
    assert "everything" not in out


def test_a_deleted_claim_is_counted_with_where_its_points_are(snapkeep: Command, world: World) -> None:
    world.cluster.claim_list.clear()
    out = snapkeep("status").out
    assert " 1 gone" in out
    assert "1 deleted claim still has recovery points to restore from: snapkeep get points" in out


def test_a_policy_without_a_run_of_late_says_how_far_it_looked(snapkeep: Command, world: World) -> None:
    world.wait(days=40)
    assert "nightly  1       none in 35 days" in snapkeep("status").out


def looks(*steps: Callable[[], object]) -> Callable[[float], None]:
    """A sleep that takes these steps one by one, then is interrupted."""
    left = list(steps)

    def sleep(seconds: float) -> None:
        if not left:
            raise KeyboardInterrupt
        left.pop(0)()

    return sleep


def test_watching_shows_every_look_survives_trouble_and_ends_well(
    snapkeep: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble() -> None:
        world.ebs.fail_next("find", TemporaryError("throttled"))

    monkeypatch.setattr(status, "sleep", looks(trouble, lambda: world.wait(days=3)))
    ended = snapkeep("watch", "--every", "2")
    assert ended.code == 0
    assert "stopped watching" in ended.err
    assert f"{SLOT + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}" in ended.out


def test_a_file_gets_every_look_as_lines(
    snapkeep: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "sleep", looks(lambda: world.wait(days=1), lambda: world.wait(days=1)))
    lines = snapkeep("watch").out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("myeks ")] == [
        f"2026-11-{day}T18:00:00Z" for day in (24, 25, 26)
    ]
    assert sum(line.startswith("nightly ") for line in lines) == 3


def test_a_screen_keeps_the_last_known_state_when_the_api_is_gone(
    snapkeep: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        monkeypatch.setattr(snapkeep.transport, "send", no_answer)

    monkeypatch.setattr(status, "sleep", looks(gone))
    with terminal(monkeypatch, 80) as screen, pytest.raises(SystemExit):
        app(["watch"], prog_name="snapkeep")
    last = screen.text.split("does not answer: it is gone")[1]
    assert "the state at 2026-11-24T18:00:00Z" in " ".join(last.split())
    assert "nightly" in last


def no_answer(*_: object) -> Answer:
    raise Unreachable("it is gone")


def test_places_show_how_copies_stand_and_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    world = CopyWorld("mysql", "redis")
    world.osaka.most_in_progress = 1
    world.turn()
    out = connected(world, monkeypatch)("status").out
    titles, line = (text for text in out.splitlines() if text.startswith(("PLACE", "osaka")))
    assert titles.split("  ")[-3:] == ["IN PROGRESS", "WAITING", "LAST TURN"]
    assert line.split() == ["osaka", "0", "0", "2", "0", "1", "1", f"{world.clock():%Y-%m-%dT%H:%M:%SZ}"]
