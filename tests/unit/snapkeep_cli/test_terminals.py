"""Every command in terminals of 60 to 200 columns: names and states are whole, nothing leaves the screen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.cells import cell_len

from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.proof.checks import Subject
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep_cli.commands import status
from snapkeep_cli.doctor import gather
from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.main import app
from tests.fakes.doctor_samples import healthy
from tests.fakes.files import FilesWorld, an_answer_to_each
from tests.fakes.preflight_samples import a_target
from tests.fakes.restore_samples import a_restore
from tests.fakes.terminal import terminal
from tests.fakes.world import SLOT, World, a_claim
from tests.unit.snapkeep_cli.conftest import Command
from tests.unit.snapkeep_cli.test_loan_terminals import OF_LOANS, TO_COPY, WIDTHS
from tests.unit.snapkeep_cli.test_object_terminals import OF_OBJECTS

EXAMPLE = str(Path(__file__).parents[3] / "snapkeep.yaml")
LONG = "orders-of-the-shop-in-the-north-0"
SAMPLES: dict[str, tuple[str, ...]] = {
    "status": (),
    "coverage": (),
    "get points": (),
    "get copies": (),
    "get restores": ("-n", "shop"),
    "get restore": ("RESTORE", "-n", "shop"),
    "get backup": ("BACKUP",),
    "get clusters": (),
    "describe point": ("POINT",),
    "describe claim": (f"shop/{LONG}",),
    "describe restore": ("RESTORE", "-n", "shop"),
    "restore": ("POINT", "-n", "shop", "--as", "again", "--size", "1Gi"),
    "backup": ("-n", "shop", "--dry-run"),
    "checks accept": ("POINT", "--because", "we moved"),
    "copy": ("POINT", "--to", "osaka"),
    "find": (f"shop/{LONG}", "*.php"),
    "ls": (f"shop/{LONG}:/",),
    "versions": (f"shop/{LONG}:/wp-config.php",),
    "hold": ("POINT", "--reason", "audit"),
    "release": ("POINT",),
    "prune": (),
    "plan": ("--config", EXAMPLE),
    "try": (EXAMPLE,),
    "validate": (EXAMPLE,),
    "capacity": ("--volumes", "100000"),
    "cost": (),
    "doctor": ("--cluster", "myeks", "--config", EXAMPLE),
    "watch": (),
    "retention explain": ("--retention", "{last: 3, weekly: 2}", "--every", "1d", "--for", "20d"),
}
NOT_FOR_READING = {
    "adopt": "asks AWS",
    "get file": "a file, into a file",
    "copies lend": "JSON for the borrower",
    "manifests": "YAML for kubectl",
    "policies protect": "JSON for an organization",
    "report": "HTML into a file",
    "schema": "JSON for editors",
}


@pytest.fixture
def world() -> World:
    """A claim with a long name, whose point is suspicious, one in trouble, an incident and a restore."""
    world = FilesWorld(a_claim(LONG), a_claim("cache", labels={"snapkeep.io/policy": "nigthly"}))
    world.cluster.namespaces |= {"shop": "Active"}
    world.cluster.place = a_target()
    world.back_up(SLOT)
    world.told = an_answer_to_each(world.point(LONG).id)
    world.journal.incidents.write_incident(
        IncidentRecord("i-0123456789abcdef0", "myeks", "ip-10-0-1-23.ec2.internal").noted(
            SLOT, "cordoned ip-10-0-1-23.ec2.internal because a spot interruption comes in two minutes"
        )
    )
    world.journal.restores.add_restore(replace(a_restore(7), id="0123456789abcde7"))
    subject = Subject(world.point(LONG).id, "snap-1", "myeks", "shop", LONG, "uid-1", SLOT)
    world.journal.suspicions.write_suspicion(Suspicion(subject, "it was formatted anew", "snap-0"))
    return world


def of(world: World, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with the ids of this world."""
    (restore,) = world.journal.restores.all
    names = {
        "POINT": world.point(LONG).id,
        "RESTORE": restore,
        "BACKUP": next(run.id for run in world.journal.runs.all.values()),
    }
    return tuple(names.get(word, word) for word in words)


@pytest.fixture(autouse=True)
def ill(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the doctor learns from AWS and the cluster: an entry is missing, and nobody may look at rights."""
    known: Any = healthy().entries
    why = Unknown(
        "the API server of myeks answers, but does not tell you what its groups may do", "let me in"
    )
    facts = healthy(entries={**known, "prune": None}, rights=why)
    monkeypatch.setattr(gather, "session", lambda profile: None)
    monkeypatch.setattr(gather, "gather", lambda session, visit: facts)


@pytest.fixture(autouse=True)
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever watches presses Ctrl+C after the first look."""

    def press(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "sleep", press)


@pytest.fixture
def on_screen(
    snapkeep: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, int], list[str]]:
    """The lines that a command shows in a terminal of that width."""

    def shown(command: str, columns: int) -> list[str]:
        words = [*command.split(), *of(world, SAMPLES[command])]
        with terminal(monkeypatch, columns) as screen, pytest.raises(SystemExit):
            app(words, prog_name="snapkeep")
        return screen.text.replace("\r\n", "\n").splitlines()

    return shown


def test_every_command_is_tried() -> None:
    assert set(leaves(app)) == {*SAMPLES, *OF_LOANS, *OF_OBJECTS, *NOT_FOR_READING}


@pytest.mark.parametrize("command", SAMPLES)
def test_what_a_command_shows_fits_the_terminal(
    on_screen: Callable[[str, int], list[str]], command: str
) -> None:
    for columns in WIDTHS:
        lines = on_screen(command, columns)
        assert lines, columns
        wide = [line for line in lines if cell_len(line) > columns and not TO_COPY.match(line.strip())]
        assert wide == [], columns


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("watch", ("shop/cache", "unprotected", "i-0123456789abcdef0", "ip-10-0-1-23.ec2.internal")),
        ("doctor", ("myeks", "problem", "prune")),
        ("status", ("shop/cache", "unprotected", "i-0123456789abcdef0", "ip-10-0-1-23.ec2.internal")),
        ("coverage", (LONG, "shop", "protected", "unprotected", "nightly", "2026-11-24T18:00:00Z")),
        ("get points", (LONG, "ready", "2026-11-24T18:00:00Z")),
        ("get restores", ("data-restored", "accepted")),
        ("get backup", (LONG, "ready")),
        ("ls", ("-rw-r-----", "wp-config.php", "current", "plugins")),
        ("versions", ("changed", "2026-11-24T18:00:00Z")),
        ("find", ("/wp-content/a-plugin-with-a-long-name/a-plugin-with-a-long-name.php",)),
        ("get clusters", ("myeks", "ap-northeast-2")),
        ("backup", (LONG, "csi")),
        ("plan", ("myeks",)),
        ("try", (LONG, "shop", "longer", "skipped")),
    ],
)
def test_names_and_states_are_whole_at_every_width(
    on_screen: Callable[[str, int], list[str]], world: World, command: str, shown: tuple[str, ...]
) -> None:
    ids = (world.point(LONG).id,) if command == "get points" else ()
    for columns in WIDTHS:
        words = " ".join(on_screen(command, columns)).split()
        assert [text for text in (*shown, *ids) if text not in words] == [], columns


def test_reasons_fold_beside_names_and_are_complete(
    on_screen: Callable[[str, int], list[str]], snapkeep: Command
) -> None:
    (why,) = [
        each["reason"]
        for each in json.loads(snapkeep("coverage", "-o", "json").out)["claims"]
        if each["claim"] == "cache"
    ]
    for columns in WIDTHS:
        together = " ".join(" ".join(on_screen("coverage", columns)).split())
        assert all(word in together for word in why.split())
    assert any(why in line for line in on_screen("coverage", 200))


def test_lines_of_a_finding_or_refusal_that_go_on_are_indented(
    on_screen: Callable[[str, int], list[str]], world: World
) -> None:
    found = on_screen("doctor", 60)
    (start,) = (place for place, line in enumerate(found) if " prune" in line and "fix" not in line)
    assert re.match(r"  problem      \S", found[start])
    assert re.match(r" {15}\S", found[start + 1])
    world.cluster.claim_list[0] = a_claim("data-restored")
    refused = on_screen("restore", 60)
    start = next(place for place, line in enumerate(refused) if line.startswith("  error["))
    assert re.match(r" {4}\S", refused[start + 1])


@pytest.mark.parametrize("command", ["doctor", "restore", "validate"])
def test_a_narrow_terminal_gets_every_word(on_screen: Callable[[str, int], list[str]], command: str) -> None:
    def words(columns: int) -> list[str]:
        return " ".join(on_screen(command, columns)).split()

    assert words(60) == words(1000)


def test_a_word_longer_than_the_terminal_stays_whole(
    snapkeep: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/a/very/long/path/of/a/file/that/does/not/exist/anywhere/on/this/disk/snapkeep.yaml"
    with terminal(monkeypatch, 60) as screen, pytest.raises(SystemExit):
        app(["validate", path], prog_name="snapkeep")
    assert path.rpartition("/")[0] in screen.text


def test_a_terminal_is_spared_columns_without_content(
    on_screen: Callable[[str, int], list[str]], snapkeep: Command, world: World
) -> None:
    assert "HELD" not in " ".join(on_screen("get points", 200))
    assert "HELD" in snapkeep("get", "points", "-o", "wide").out.splitlines()[0]
    assert "HELD" in snapkeep("get", "points").out.splitlines()[0]
    snapkeep("hold", world.point(LONG).id, "--reason", "audit")
    assert "HELD" in on_screen("get points", 200)[0]


def test_a_narrow_terminal_gets_the_rows_stacked(on_screen: Callable[[str, int], list[str]]) -> None:
    lines = on_screen("coverage", 60)
    start = lines.index(f"CLAIM      {LONG}")
    assert lines[start - 1] == "NAMESPACE  shop"
    assert lines[start + 1] == "STATE      protected"
    assert "" in lines


@pytest.mark.parametrize("command", ["coverage", "get points", "get restores", "get backup"])
def test_a_pipe_gets_a_line_for_each_row(snapkeep: Command, world: World, command: str) -> None:
    rows = rows_of(json.loads(snapkeep(*command.split(), *of(world, SAMPLES[command]), "-o", "json").out))
    lines = snapkeep(*command.split(), *of(world, SAMPLES[command])).out.splitlines()
    assert len(lines) == 1 + len(rows)
    assert [line for line in lines if line != line.rstrip()] == []


def test_wide_shows_more_and_breaks_no_row(snapkeep: Command, world: World) -> None:
    shown = snapkeep("get", "points", "-o", "wide").out.splitlines()
    assert shown[0].split()[-2:] == ["SNAPSHOT", "CLASS"]
    assert all(line.split()[-1] == "gp3" for line in shown[1:])
    assert "SNAPSHOT" not in snapkeep("get", "points").out


def rows_of(document: Any) -> list[Any]:
    """The one list of a document."""
    return next(value for value in document.values() if isinstance(value, list))


def leaves(group: typer.Typer) -> Iterator[str]:
    """Every command that somebody can type."""
    known: Any = typer.main.get_command(group)

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[str]:
        if not hasattr(command, "commands"):
            yield " ".join(words)
            return
        for name, each in command.commands.items():
            yield from walk(each, (*words, name))

    yield from walk(known, ())
