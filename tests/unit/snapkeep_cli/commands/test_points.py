"""`snapkeep get points`, `describe point`, `hold`, `release`."""

from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta

import pytest
import yaml

from snapkeep.domain import tags
from snapkeep.domain.proof.checks import Check, Subject, Verdict
from snapkeep.domain.proof.looks import Look
from tests.fakes.world import SLOT, World
from tests.unit.snapkeep_cli.conftest import Command


def test_points_are_listed_as_a_table(snapkeep: Command, world: World) -> None:
    lines = snapkeep("get", "points").out.splitlines()
    titles = ["NAMESPACE", "CLAIM", "TIME", "POLICY", "STATE", "SIZE", "CHECKED", "HELD", "ID"]
    assert lines[0].split() == titles
    assert lines[1].split() == [
        "shop",
        "data",
        "2026-11-24T18:00:00Z",
        "nightly",
        "ready",
        "4Gi",
        "checks",
        "are",
        "off",
        world.point("data").id,
    ]


def test_what_a_check_found_is_listed_and_described(snapkeep: Command, world: World) -> None:
    point, snapshot = world.point("data"), next(iter(world.ebs.all))
    subject = Subject(point.id, snapshot, "myeks", "shop", "data", "uid-shop-data", SLOT)
    look = Look(
        "xfs",
        4 * 2**30,
        4 * 2**30,
        3 * 2**30,
        names=("db", "out.txt"),
        transactions=14,
        expected={"/out.txt": None},
    )
    reasons = ("3 of 4 names in its root are gone, such as a", "/out.txt is missing")
    world.journal.checks.write_check(Check(subject, Verdict.SUSPICIOUS, SLOT, reasons, look, "sk-before"))

    assert f"suspicious: {reasons[0]}" in snapkeep("get", "points").out
    values = _described(snapkeep, point.id)
    assert values["checked"] == f"suspicious: {reasons[0]}"
    assert values["also"] == reasons[1]
    assert values["format"] == "xfs, 1.0 GiB of 4.0 GiB in use"
    assert values["log"] == "14 transactions replayed"
    assert values["root"] == "db, out.txt"
    assert values["expected"] == "/out.txt is missing"
    assert values["compared with"] == "sk-before"


def test_an_archived_point_says_since_when_and_how_long_a_restore_takes(
    snapkeep: Command, world: World
) -> None:
    point, (snapshot,) = world.point("data").id, world.ebs.all
    assert "tier" not in snapkeep("describe", "point", point).out
    world.ebs.add_tags(snapshot, {tags.ARCHIVED: "20261124T190000Z"})
    world.ebs.archive(snapshot)
    assert " archived " in snapkeep("get", "points").out
    assert _described(snapkeep, point)["tier"] == (
        "in the archive tier since 2026-11-24 19:00 UTC; a restore brings it back first, in up to 72 hours, "
        "for about $0.12"
    )
    claim = json.loads(snapkeep("describe", "claim", "shop/data", "-o", "json").out)
    assert claim["recovery_points"][0]["tier"].startswith("in the archive tier since 2026-11-24 19:00 UTC")
    world.ebs.restore_tier(snapshot, SLOT + timedelta(days=7))
    assert " ready " in snapkeep("get", "points").out
    assert _described(snapkeep, point)["tier"] == (
        "in the archive tier since 2026-11-24 19:00 UTC; back until 2026-12-01 18:00 UTC"
    )


def test_programs_get_json_or_yaml_and_nothing_else(snapkeep: Command) -> None:
    as_json = json.loads(snapkeep("get", "points", "-o", "json").out)
    assert as_json == yaml.safe_load(snapkeep("get", "points", "-o", "yaml").out)
    assert as_json["recovery_points"][0]["claim"] == "data"


def test_lists_are_narrowed_and_say_when_there_is_more(snapkeep: Command, world: World) -> None:
    assert snapkeep("get", "points", "-n", "other").err.strip() == "no recovery points"
    assert "no recovery points" in snapkeep("get", "points", "--claim", "other").err
    world.back_up(SLOT + timedelta(days=1))
    shown = snapkeep("get", "points", "--limit", "1")
    assert "there are more than 1" in shown.err
    assert len(shown.out.splitlines()) == 2


def test_a_point_is_described_with_the_command_that_restores_it(snapkeep: Command, world: World) -> None:
    point = world.point("data").id
    shown = snapkeep("describe", "point", point).out
    assert "4Gi (the claim requested 4Gi)" in shown
    command = shown.split("restore it")[1].strip().splitlines()[0]
    assert command.endswith("--size 4Gi")
    assert snapkeep(*shlex.split(command)[1:]).code == 0
    assert ("shop", "data-restored") in world.cluster.restored


def test_a_point_is_held_and_given_back(snapkeep: Command, world: World) -> None:
    point = world.point("data").id
    held = snapkeep("hold", point, "--reason", "audit", "--until", "2027-01-01T00:00:00Z")
    assert (held.code, held.err.strip()) == (0, f"{point} is held until 2027-01-01T00:00:00Z")
    (snapshot,) = world.ebs.all.values()
    assert tags.HOLD in snapshot.tags
    assert "until 2027-01-01T00:00:00Z: audit" in snapkeep("describe", "point", point).out
    assert snapkeep("release", point).err.strip() == f"{point} is not held any more"
    (snapshot,) = world.ebs.all.values()
    assert tags.HOLD not in snapshot.tags


@pytest.mark.parametrize(
    "point",
    ["fs-01234567-20261124t180000z-0a1b2c3d4e", "arn:aws:backup:eu-west-1:111122223333:recovery-point:1"],
)
def test_a_backup_of_a_file_system_is_held_by_its_tag(snapkeep: Command, point: str) -> None:
    held, released = snapkeep("hold", point, "--reason", "audit"), snapkeep("release", point)
    assert (held.code, released.code) == (2, 2)
    assert "aws backup tag-resource" in held.err
    assert "aws backup untag-resource" in released.err


def test_text_of_the_cluster_is_data(snapkeep: Command, world: World) -> None:
    point = world.point("data").id
    snapkeep("hold", point, "--reason", "[red]\x1b[31mhello[/red]\nworld")
    shown = snapkeep("describe", "point", point).out
    assert "[red]\N{REPLACEMENT CHARACTER}[31mhello[/red]\N{REPLACEMENT CHARACTER}world" in shown


def test_an_unknown_point_is_not_found(snapkeep: Command) -> None:
    ended = snapkeep("describe", "point", "nothing")
    assert ended.code == 4
    assert "has no recovery point nothing" in ended.err


def _described(snapkeep: Command, point: str) -> dict[str, str]:
    """What `describe point` shows, by its names."""
    shown = snapkeep("describe", "point", point).out.splitlines()
    return dict(re.split(r" {2,}", line.strip(), maxsplit=1) for line in shown)
