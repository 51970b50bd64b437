"""`snapkeep get points --from-place` and `snapkeep restore --from-place`, where a Region was lost."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from snapkeep.domain import tags
from tests.fakes.adopting import OTHER, SPARE, AdoptingWorld
from tests.unit.snapkeep_cli.conftest import Command, connected


@pytest.fixture
def world() -> AdoptingWorld:
    return AdoptingWorld()


@pytest.fixture
def snapkeep(world: AdoptingWorld, monkeypatch: pytest.MonkeyPatch) -> Command:
    return connected(world, monkeypatch)


def test_what_can_be_restored_is_listed_with_the_cluster_it_comes_from(
    snapkeep: Command, world: AdoptingWorld
) -> None:
    lines = snapkeep("get", "points", "--from-place", "osaka", "--cluster", SPARE).out.splitlines()
    newest = world.copy_of("mysql")
    assert lines[0].split()[:3] == ["CLUSTER", "NAMESPACE", "CLAIM"]
    assert len(lines) == 1 + len(world.ebs.all)
    assert lines[1].split()[:3] == ["myeks", "shop", "mysql"]
    assert newest.tags[tags.POINT] in lines[1]


def test_copies_whose_tags_were_edited_are_named_beside_the_list(
    snapkeep: Command, world: AdoptingWorld
) -> None:
    hidden = world.copy_of("mysql")
    world.ebs.all[hidden.id] = replace(hidden, tags=hidden.tags | {tags.POLICY: "another"})
    asked = snapkeep("get", "points", "--from-place", "osaka", "--cluster", SPARE, "--limit", "2")
    assert f"warning: 1 copy cannot be read and is left out: {hidden.id}, because" in asked.err
    listed = snapkeep("get", "points", "--from-place", "osaka", "--cluster", SPARE, "-o", "json")
    assert hidden.id in json.loads(listed.out)["unreadable"]


def test_a_list_of_a_place_is_narrowed_by_the_original_cluster(snapkeep: Command) -> None:
    asked = ("get", "points", "--from-place", "osaka", "--claim", "shop/mysql", "--cluster", SPARE)
    assert len(json.loads(snapkeep(*asked, "-o", "json").out)["recovery_points"]) == 2
    assert "no recovery points" in snapkeep(*asked, "--from-cluster", "elsewhere").err
    alone = snapkeep("get", "points", "--from-cluster", "myeks")
    assert alone.code == 2 and "--from-place" in alone.err


def test_a_snapshot_that_is_no_copy_of_the_place_is_told(snapkeep: Command) -> None:
    ended = snapkeep(
        *("restore", "snap-0123456789abcdef0", "--from-place", "osaka"),
        *("-n", "shop", "--as", "back", "--cluster", SPARE),
    )
    assert ended.code == 4
    assert "no recovery point of place osaka has it" in ended.err


def test_the_newest_copy_is_restored_into_a_cluster_of_this_deployment(
    snapkeep: Command, world: AdoptingWorld
) -> None:
    ended = snapkeep(
        *("restore", "--from-place", "osaka", "--claim", "mysql", "-n", "shop", "--cluster", SPARE, "--wait")
    )
    assert ended.code == 0, ended.err
    (made,) = world.restores()
    assert (made.snapshot_id, made.place, made.cluster) == (world.copy_of("mysql").id, "osaka", SPARE)
    assert "ebs.csi.aws.com/cluster-name=spare" in ended.err


def test_a_copy_is_restored_by_its_ebs_snapshot_too(snapkeep: Command, world: AdoptingWorld) -> None:
    oldest = min(
        world.ebs.all.values(), key=lambda each: (each.tags["snapkeep:taken"], each.tags[tags.CLAIM])
    )
    ended = snapkeep(
        *("restore", oldest.id, "--from-place", "osaka", "--from-cluster", "myeks"),
        *("-n", "shop", "--as", "back", "--cluster", OTHER),
    )
    assert ended.code == 0, ended.err
    assert world.restores()[0].snapshot_id == oldest.id


def test_the_command_of_a_fix_names_the_place(snapkeep: Command, world: AdoptingWorld) -> None:
    refused = snapkeep(
        *("restore", "--from-place", "osaka", "--claim", "mysql", "-n", "shop", "--cluster", SPARE),
        *("--size", "2Gi"),
    )
    assert refused.code == 3
    (fix,) = [line for line in refused.err.splitlines() if "--from-place osaka" in line]
    command = fix.split("fix: snapkeep ")[1].split(" (or ")[0]
    assert snapkeep(*command.split()).code == 0


def test_a_restore_shows_the_place_that_it_comes_from(snapkeep: Command, world: AdoptingWorld) -> None:
    asked = ("restore", "--claim", "mysql", "--from-place", "osaka", "-n", "shop", "--as", "back")
    assert snapkeep(*asked, "--cluster", SPARE).code == 0
    (restore,) = world.restores()
    at = ("-n", "shop", "--cluster", SPARE)
    assert "osaka" in snapkeep("get", "restores", *at).out.splitlines()[1].split()
    for shown in (("get", "restore", restore.id), ("describe", "restore", restore.id)):
        found = snapkeep(*shown, *at).out
        assert any(line.split() == ["place", "osaka"] for line in found.splitlines()), found
