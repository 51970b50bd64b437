"""`snapkeep restore`: refused in words and with exit code 3, or started."""

from __future__ import annotations

import json

import pytest

from tests.fakes.world import World
from tests.unit.snapkeep_cli.conftest import Command


def point_of(world: World) -> str:
    return world.point("data").id


def test_a_restore_that_is_too_small_is_refused_with_the_command_that_works(
    snapkeep: Command, world: World
) -> None:
    point = point_of(world)
    ended = snapkeep("restore", point, "-n", "shop", "--as", "data-2", "--size", "2Gi")

    assert (ended.code, ended.out) == (3, "")
    assert ended.err.splitlines() == [
        "refused, nothing was created:",
        f"  error[too_small]: shop/data-2 asks for 2Gi, but recovery point {point} was taken from a volume "
        "of 4Gi: it needs at least 4Gi",
        f"    fix: snapkeep restore {point} --cluster myeks --namespace shop --as data-2 --size 4Gi (or "
        "--expand auto instead of --size)",
    ]
    assert world.cluster.restored == {}


def test_the_command_of_the_fix_works(snapkeep: Command, world: World) -> None:
    refused = snapkeep("restore", point_of(world), "-n", "shop", "--as", "data-2", "--size", "2Gi")
    command = refused.err.split("fix: snapkeep ")[1].split(" (or")[0]
    assert snapkeep(*command.split()).code == 0
    assert ("shop", "data-2") in world.cluster.restored


def test_an_accepted_restore_says_what_is_made_and_how_to_follow_it(snapkeep: Command, world: World) -> None:
    ended = snapkeep("restore", "--claim", "data", "-n", "shop", "--as", "data-2")
    (made,) = world.journal.restores.all
    assert ended.code == 0
    assert "shop/data-2" in ended.out and "accepted" in ended.out and "4Gi" in ended.out
    assert f"snapkeep get restore {made} --cluster myeks --namespace shop" in ended.err


def test_an_archived_point_is_brought_back_unless_the_restore_is_cancelled(
    snapkeep: Command, world: World
) -> None:
    world.ebs.archive(next(iter(world.ebs.all)))
    ended = snapkeep("restore", point_of(world), "-n", "shop", "--as", "data-2")
    assert ended.code == 0
    assert "takes up to 72 hours and costs about $0.12 (4.0 GiB)" in ended.err
    assert "bringing_back" in ended.out and world.cluster.restored == {}
    (restore,) = world.journal.restores.all
    told = snapkeep("get", "restore", restore, "-n", "shop").out
    assert "is in the archive tier; claim shop/data-2 is created once it is back" in told

    cancelled = snapkeep("restore", "--cancel", restore, "-n", "shop")
    assert cancelled.code == 0 and "removed" in cancelled.out
    assert "EC2 cannot stop bringing it back" in cancelled.err
    assert "is created once" not in snapkeep("get", "restore", restore, "-n", "shop").out


def test_another_namespace_as_source_goes_by_the_route_of_the_cluster(
    snapkeep: Command, world: World
) -> None:
    ended = snapkeep("restore", "--claim", "data", "--from-namespace", "shop", "-n", "other", "--as", "copy")
    assert ended.code == 0, ended.err
    assert ("other", "copy") in world.cluster.restored
    assert "/v1/clusters/myeks/restores" in [path for _, path, _ in snapkeep.transport.sent]


def test_everything_that_is_typed_is_asked_for(snapkeep: Command, world: World) -> None:
    ended = snapkeep(
        *("restore", "--claim", "data", "--at", "2026-11-24T18:30:00Z", "-n", "shop", "--as", "copy"),
        *("--size", "8Gi", "--class", "gp3", "--zone", "ap-northeast-2a", "--label", "app=mysql", "--strict"),
    )
    assert ended.code == 0, ended.err
    (made,) = world.journal.restores.all.values()
    assert (made.size_bytes, made.zone, made.labels) == (8 * 2**30, "ap-northeast-2a", {"app": "mysql"})


def test_a_dry_run_makes_nothing(snapkeep: Command, world: World) -> None:
    ended = snapkeep("restore", "--claim", "data", "-n", "shop", "--as", "data-2", "--dry-run", "-o", "json")
    assert ended.code == 0
    assert json.loads(ended.out)["plan"]["size"] == "4Gi"
    assert world.cluster.restored == {}


def test_waiting_ends_when_only_a_pod_is_missing(snapkeep: Command, world: World) -> None:
    ended = snapkeep("restore", "--claim", "data", "-n", "shop", "--as", "data-2", "--wait")
    assert ended.code == 0
    assert "waiting_for_consumer" in ended.out
    assert "if you stop waiting: snapkeep get restore " in ended.err
    assert "its volume is created when the first pod uses it" in ended.out


def test_a_restore_that_never_gets_there_is_still_waiting(snapkeep: Command, world: World) -> None:
    snapkeep("restore", "--claim", "data", "-n", "shop", "--as", "data-2")
    (made,) = world.journal.restores.all
    ended = snapkeep("get", "restore", made, "-n", "shop", "--wait", "--timeout", "1")
    assert ended.code == 7
    assert "still waiting_for_consumer" in ended.err


def test_restores_are_listed(snapkeep: Command, world: World) -> None:
    assert "no restores" in snapkeep("get", "restores", "-n", "shop").err
    snapkeep("restore", "--claim", "data", "-n", "shop", "--as", "data-2")
    listed = snapkeep("get", "restores", "-n", "shop").out
    assert listed.splitlines()[0].split() == [
        "NAMESPACE",
        "CLAIM",
        "STAGE",
        "SIZE",
        "ACCEPTED",
        "FROM",
        "PLACE",
        "ID",
    ]
    assert "data-2" in listed


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("restore", "-n", "shop"), 2),
        (("restore", "p", "--claim", "data", "-n", "shop"), 2),
        (("restore", "--claim", "data", "-n", "shop", "--label", "app"), 2),
        (("restore", "--claim", "data", "-n", "shop", "--at", "last week"), 2),
        (("restore", "--claim", "lost", "-n", "shop"), 4),
        (("restore", "--claim", "data", "-n", "shop", "--cluster", "nope"), 4),
        (("get", "restore", "0123456789abcdef", "-n", "shop"), 4),
    ],
)
def test_the_exit_code_says_what_kind_of_trouble_it_is(
    snapkeep: Command, words: tuple[str, ...], code: int
) -> None:
    assert snapkeep(*words).code == code


def test_a_problem_is_json_as_well_for_those_who_ask_for_it(snapkeep: Command) -> None:
    ended = snapkeep("restore", "--claim", "lost", "-n", "shop", "-o", "json")
    assert json.loads(ended.out)["code"] == "not_found"
    assert ended.code == 4


def test_every_wish_has_its_own_key(snapkeep: Command) -> None:
    for name in ("a", "b"):
        snapkeep("restore", "--claim", "data", "-n", "shop", "--as", name)
    keys = [headers["Idempotency-Key"] for method, _, headers in snapkeep.transport.sent if method == "POST"]
    assert len(set(keys)) == len(keys) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("-n", "shop"), "nothing to restore"),
        (("POINT", "-n", "shop"), "which claim should be created?\n  fix: give its name with --as"),
        (("POINT", "--as", "copy"), "which namespace should it be restored into?"),
        (("POINT", "--claim", "data", "-n", "shop"), "and --claim data are both given"),
        (("POINT", "-n", "shop", "--as", "copy", "--at", "yesterday"), "--at goes with --claim"),
        (("shop/data", "-n", "shop", "--as", "copy"), "shop/data is a claim, not a recovery point"),
        (("POINT", "-n", "shop", "--as", "shop/copy"), "--as shop/copy is not a name"),
        (("--claim", "data", "--as", "copy"), "which namespace is data in?"),
        (
            ("--claim", "shop/data", "--from-namespace", "other", "-n", "shop"),
            "is in namespace shop, but --from-namespace says other",
        ),
        (
            ("--claim", "data", "-n", "shop", "--at", "last week"),
            "--at: 'last week' is not a time\n  fix: write",
        ),
    ],
)
def test_each_mistake_gets_the_sentence_that_helps(
    snapkeep: Command, world: World, words: tuple[str, ...], sentence: str
) -> None:
    typed = [point_of(world) if word == "POINT" else word for word in words]
    ended = snapkeep("restore", *typed)
    assert ended.code == 2
    assert "error[usage]: " in ended.err and sentence in ended.err
    assert snapkeep.transport.sent == []


def test_a_claim_with_its_namespace_needs_no_other(snapkeep: Command, world: World) -> None:
    assert snapkeep("restore", "--claim", "shop/data", "--as", "copy").code == 0
    assert snapkeep("restore", "--claim", "shop/data", "-n", "other", "--as", "copy").code == 0
    assert {("shop", "copy"), ("other", "copy")} <= set(world.cluster.restored)


def test_a_snapshot_means_its_recovery_point(snapkeep: Command, world: World) -> None:
    (snapshot,) = world.ebs.all
    done = snapkeep("restore", snapshot, "-n", "shop", "--as", "copy")
    assert done.code == 0, done.err
    assert f"{snapshot} is the EBS snapshot of recovery point {point_of(world)}" in done.err

    strange = snapkeep("restore", "snap-00000000000000bad", "-n", "shop", "--as", "other")
    assert strange.code == 4
    assert "error[not_found]: snap-00000000000000bad is an EBS snapshot, and no recovery point" in strange.err


def test_at_takes_a_day_as_its_end(snapkeep: Command, world: World) -> None:
    assert snapkeep("restore", "--claim", "shop/data", "--as", "copy", "--at", "2026-11-24").code == 0
    early = snapkeep("restore", "--claim", "shop/data", "--as", "late", "--at", "2026-11-23")
    assert early.code == 4


def test_an_unknown_cluster_is_told_with_those_there_are(snapkeep: Command) -> None:
    ended = snapkeep("restore", "--claim", "data", "-n", "shop", "--cluster", "nope")
    assert ended.code == 4
    assert "error[unknown_cluster]:" in ended.err
    assert "the clusters are myeks" in ended.err


def test_restores_are_found_without_their_namespace(snapkeep: Command, world: World) -> None:
    snapkeep("restore", "--claim", "shop/data", "--as", "first")
    snapkeep("restore", "--claim", "shop/data", "-n", "other", "--as", "second")
    listed = snapkeep("get", "restores").out
    assert "first" in listed and "second" in listed
    first = next(each.id for each in world.journal.restores.all.values() if each.target == "first")
    assert "shop/first" in snapkeep("get", "restore", first).out
    gone = snapkeep("get", "restore", "0123456789abcdef")
    assert gone.code == 4
    assert "is not among the latest restores of myeks" in gone.err
