"""`snapkeep restore` of a claim on EFS, typed by somebody with a kubectl."""

from __future__ import annotations

import json
from functools import partial
from itertools import count

import pytest

from snapkeep.domain.errors import Forbidden
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.efs import restoring
from tests.fakes.efs_restoring import DIRECTORY, EfsRestoringWorld
from tests.fakes.person_kubectl import PersonKubectl
from tests.unit.snapkeep_cli.conftest import Command, connected

OTHER = "aws-backup-restore_2026-11-01T00-00-00-000Z"
TYPED = ("restore", "--claim", "shop/uploads", "-n", "shop-2")


@pytest.fixture
def world() -> EfsRestoringWorld:
    return EfsRestoringWorld()


@pytest.fixture
def snapkeep(world: EfsRestoringWorld, monkeypatch: pytest.MonkeyPatch) -> Command:
    return connected(world, monkeypatch)


@pytest.fixture
def kubectl(world: EfsRestoringWorld, monkeypatch: pytest.MonkeyPatch) -> PersonKubectl:
    """Its pod sees the directory of the restore, and an older one."""
    mine = f"aws-backup-restore_{world.clock():%Y-%m-%dT%H-%M-%S}-000Z"
    found = PersonKubectl(f"yes 1 {mine}\nyes 1 {OTHER}\n")
    monkeypatch.setattr(restoring, "kubectl_for", lambda *_, **__: found)
    return found


def test_a_claim_on_efs_is_found_without_being_told(snapkeep: Command, world: EfsRestoringWorld) -> None:
    ended = snapkeep(*TYPED, "--wait")

    assert ended.code == 0, ended.err
    assert "no size is checked, because EFS ignores the sizes of claims" in ended.err
    assert "restored" in ended.out and "/uploads of fs-0d1e2f3a4b5c6d7e8" in ended.out
    assert "no AWS API returns the directory's name" in ended.err
    backup = world.backup_of_uploads.id
    command = (
        f"snapkeep restore {backup} --claim uploads --cluster myeks -n shop-2 --from-namespace shop --look"
    )
    assert f"go on: {command}" in ended.err


def test_with_look_the_claim_is_made(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl
) -> None:
    ended = snapkeep(*TYPED, "--look", "--label", "app=web")

    assert ended.code == 0, ended.err
    assert "done" in ended.out and OTHER not in ended.err
    (restore,) = world.journal.efs_restores.all.values()
    (point,) = world.efs.all.values()
    assert (point.path, point.user) == (f"/{restore.directory}/uploads", "1000:1000")
    assert kubectl.left() == [
        f"PersistentVolume snapkeep-efs-{restore.id}",
        "PersistentVolumeClaim uploads",
    ]
    claim = kubectl.all["PersistentVolumeClaim", "shop-2", "uploads"]
    assert claim["metadata"]["labels"]["app"] == "web"


def test_the_printed_command_goes_on_where_it_stood(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl
) -> None:
    command = snapkeep(*TYPED, "--wait").err.split("go on: snapkeep ")[1].splitlines()[0]

    assert snapkeep(*command.split()).code == 0
    assert len(world.jobs.jobs) == 1 and "PersistentVolumeClaim uploads" in kubectl.left()


@pytest.mark.parametrize("fails", [("create", "Pod"), ("create", "PersistentVolumeClaim")])
def test_after_a_refusal_by_the_cluster_it_goes_on(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl, fails: tuple[str, str]
) -> None:
    kubectl.refused[fails] = "forbidden: User ann cannot create that"
    refused = snapkeep(*TYPED, "--look")
    assert refused.code == 1 and "User ann cannot create that" in refused.err

    kubectl.refused.clear()
    assert snapkeep(*TYPED, "--look").code == 0
    assert len(world.jobs.jobs) == 1 and len(world.efs.all) == 1


def test_two_restores_at_once_are_told_apart_by_the_person(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl
) -> None:
    mine = kubectl.message.split()[2]
    kubectl.message += f"yes 1 {mine.replace('-000Z', '-500Z')}\n"

    refused = snapkeep(*TYPED, "--look")
    assert refused.code == 3 and "2 directories were made between" in refused.err
    assert "--directory NAME" in refused.err and "PersistentVolume" not in str(kubectl.left())

    chosen = snapkeep(*TYPED, "--look", "--directory", mine)
    assert chosen.code == 0, chosen.err
    (restore,) = world.journal.efs_restores.all.values()
    assert restore.directory == mine


def test_a_directory_without_the_folder_makes_nothing(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl
) -> None:
    kubectl.message = kubectl.message.replace("yes", "no")

    refused = snapkeep(*TYPED, "--look")

    assert refused.code == 3 and "the claim's folder is not in" in refused.err
    assert world.efs.all == {} and kubectl.left() == []


def test_who_has_looked_may_say_what_they_saw(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl
) -> None:
    ended = snapkeep(*TYPED, "--directory", DIRECTORY)

    assert ended.code == 0, ended.err
    assert [each["kind"] for each in kubectl.made] == ["PersistentVolume", "PersistentVolumeClaim"]
    assert "no such directory" not in ended.err


def test_who_stops_waiting_knows_how_to_go_on_from_the_same_backup(
    snapkeep: Command,
    world: EfsRestoringWorld,
    kubectl: PersonKubectl,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world.fast = False
    impatient = partial(wait_for, clock=count().__next__, sleep=lambda _: None)
    monkeypatch.setattr(restoring, "wait_for", impatient)
    waited = snapkeep(*TYPED, "--look", "--look-in", "ops", "--timeout", "1")

    assert waited.code == 7
    command = waited.err.split("if you stop waiting, go on later: snapkeep ")[1].splitlines()[0]
    assert command.startswith(f"restore {world.backup_of_uploads.id} ")
    assert command.endswith("--look --look-in ops")

    world.jobs.end()
    world.follow_restores()
    assert snapkeep(*command.split()).code == 0
    assert len(world.jobs.jobs) == 1


def test_another_directory_than_the_one_named_before_is_refused(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl
) -> None:
    kubectl.refused["create", "PersistentVolume"] = "forbidden"
    snapkeep(*TYPED, "--directory", DIRECTORY)
    kubectl.refused.clear()

    refused = snapkeep(*TYPED, "--directory", DIRECTORY.replace("00-000Z", "01-000Z"))

    assert refused.code == 3 and f"already has directory {DIRECTORY}" in refused.err
    assert kubectl.left() == []


def test_where_efs_refuses_an_access_point_the_command_says_so_and_goes_on_later(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl
) -> None:
    world.efs.fail_next("make_access_point", Forbidden("no access points for you"))

    refused = snapkeep(*TYPED, "--look")

    assert refused.code == 1
    assert "no access points for you" in refused.err and "then run: snapkeep" in refused.err
    assert snapkeep(*TYPED, "--look").code == 0
    assert len(world.jobs.jobs) == 1


def test_a_dry_run_shows_the_plan_and_starts_nothing(snapkeep: Command, world: EfsRestoringWorld) -> None:
    ended = snapkeep(*TYPED, "--dry-run")

    assert ended.code == 0 and "would be restored" in ended.out
    assert world.jobs.jobs == {}


def test_a_dry_run_of_an_open_restore_makes_nothing(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl
) -> None:
    snapkeep(*TYPED, "--wait")

    ended = snapkeep(*TYPED, "--look", "--dry-run")

    assert ended.code == 0 and "without --dry-run the command continues it" in ended.err
    assert kubectl.made == []


def test_a_refused_plan_makes_nothing(snapkeep: Command, world: EfsRestoringWorld) -> None:
    world.efs.file_systems.clear()

    ended = snapkeep(*TYPED)

    assert ended.code == 3 and "efs_gone" in ended.err
    assert world.jobs.jobs == {}


def test_a_failed_job_ends_the_command_with_the_words_of_aws(
    snapkeep: Command, world: EfsRestoringWorld, kubectl: PersonKubectl
) -> None:
    world.fast = False
    snapkeep(*TYPED)
    world.jobs.end("The file system could not be written to.")

    ended = snapkeep(*TYPED, "--look")

    assert ended.code == 1 and "The file system could not be written to." in ended.out
    assert kubectl.made == []


def test_a_claim_that_is_nowhere_is_told_as_before(snapkeep: Command) -> None:
    ended = snapkeep("restore", "--claim", "nothing", "-n", "shop")

    assert ended.code == 4 and "claim shop/nothing of cluster myeks has no ready recovery point" in ended.err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--look", "--size", "9Gi"), "--size cannot be used for a claim on EFS"),
        (("--look", "--zone", "a", "--class", "gp3"), "--class and --zone cannot be used"),
    ],
)
def test_options_of_ebs_are_refused(snapkeep: Command, more: tuple[str, ...], words: str) -> None:
    ended = snapkeep(*TYPED, *more)

    assert ended.code == 2 and words in ended.err


def test_a_restore_is_cancelled_by_its_id(snapkeep: Command, world: EfsRestoringWorld) -> None:
    snapkeep(*TYPED)
    (restore,) = world.journal.efs_restores.all.values()

    ended = snapkeep("restore", "--cancel", restore.id, "-n", "shop-2")

    assert ended.code == 0 and "cancelled by" in ended.out
    assert snapkeep("restore", "--cancel", "f" * 16, "-n", "shop-2").code == 4
    snapkeep(*TYPED)
    assert len(world.journal.efs_restores.all) == 2


def test_a_restore_is_shown_by_its_id(snapkeep: Command, world: EfsRestoringWorld) -> None:
    snapkeep(*TYPED)
    (restore,) = world.journal.efs_restores.all.values()

    shown = snapkeep("get", "restore", restore.id, "-n", "shop-2", "-o", "json")

    assert shown.code == 0 and json.loads(shown.out)["claim"]["path"] == "/uploads"
    assert snapkeep("get", "restore", "f" * 16, "-n", "shop-2").code == 4
