"""A slot of a policy for EFS: one backup for each file system, whatever claims share it."""

from __future__ import annotations

import quopri
from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.efs.backups import tags_of
from snapkeep.domain.errors import PermanentError, Throttled
from snapkeep.domain.points import PointState
from snapkeep.ports.efs import AccessPoint
from tests.fakes.efs import on_efs
from tests.fakes.world import a_claim
from tests.unit.snapkeep.services.efs.efs_world import FS, OTHER_FS, SLOT, EfsWorld

A, B = AccessPoint("fsap-0000000a", FS, "/a", "1000:1000"), AccessPoint("fsap-0000000b", FS, "/b")


def test_claims_share_the_backup_of_their_file_system() -> None:
    world = EfsWorld(A, B)
    world.has(on_efs("one", f"{FS}::{A.id}"), on_efs("two", f"efs:{FS}:/sub:{B.id}"), on_efs("all", FS))

    report = world.back_up()

    (backup,) = world.records()
    assert report.begun == [backup.id]
    assert [(claim.name, claim.path, claim.user) for claim in backup.claims] == [
        ("all", "/", ""),
        ("one", "/a", "1000:1000"),
        ("two", "/b/sub", ""),
    ]
    assert backup.state is PointState.PENDING
    assert len(world.backup.jobs) == 1


def test_each_file_system_has_a_job_of_its_own() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS), on_efs("two", OTHER_FS))

    world.back_up()

    assert [each.file_system for each in world.records()] == [FS, OTHER_FS]
    assert len(world.backup.jobs) == 2


def test_clusters_of_a_policy_share_a_job_too() -> None:
    world = EfsWorld(clusters=("blue", "green"))
    world.has(on_efs("one", FS, cluster="blue"))
    world.has(on_efs("two", FS, cluster="green"), cluster="green")

    world.back_up()

    (backup,) = world.records()
    assert backup.clusters == ("blue", "green")


def test_a_slot_that_comes_twice_starts_nothing_more() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))
    world.back_up()
    world.has(on_efs("later", OTHER_FS))

    world.back_up()

    assert len(world.records()) == 2
    assert len(world.backup.jobs) == 2
    world.back_up()
    assert len(world.backup.jobs) == 2


@pytest.mark.parametrize("step", ["open_backup", "start", "write_backup"])
def test_a_crash_anywhere_starts_no_second_job(step: str) -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))

    world.crash_after(step)
    world.back_up()
    world.follow()

    (backup,) = world.records()
    assert backup.state is PointState.PENDING
    assert len(world.backup.jobs) == 1


def test_a_claim_whose_access_point_is_gone_is_skipped_in_words() -> None:
    world = EfsWorld(A)
    world.has(on_efs("one", f"{FS}::{A.id}"), on_efs("lost", f"{FS}::fsap-0000000c"))

    report = world.back_up()

    (skipped,) = report.skipped["myeks"]
    assert skipped.subject == "web/lost"
    assert "access point fsap-0000000c is gone" in skipped.reason
    assert [claim.name for claim in world.records()[0].claims] == ["one"]


def test_an_access_point_of_another_file_system_is_not_believed() -> None:
    world = EfsWorld(AccessPoint("fsap-0000000a", OTHER_FS, "/a"))
    world.has(on_efs("one", f"{FS}::fsap-0000000a"))

    (skipped,) = world.back_up().skipped["myeks"]

    assert skipped.reason == f"its access point fsap-0000000a belongs to {OTHER_FS}, not to {FS}"


def test_other_volumes_are_left_to_other_policies() -> None:
    world = EfsWorld()
    world.has(a_claim("data"), on_efs("bucket", f"s3files:{FS}"))

    report = world.back_up()

    assert world.records() == []
    assert [each.subject for each in report.skipped["myeks"]] == ["web/bucket"]


def test_a_silent_cluster_is_backed_up_as_its_last_backups_knew_it() -> None:
    world = EfsWorld(A)
    world.has(on_efs("one", f"{FS}::{A.id}"))
    world.back_up()
    world.end_jobs()
    world.clock.forward(days=1)
    world.goes_silent()

    report = world.back_up(SLOT + timedelta(days=1))

    first, second = world.records()
    assert report.silent == {"myeks": "the Kubernetes API of myeks did not answer"}
    assert second.claims == first.claims
    assert second.state is PointState.PENDING


def test_a_silent_cluster_loses_no_file_system_whose_backups_never_ended_well() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS), on_efs("gone", "fs-00000000"))
    world.back_up()
    world.clock.forward(days=1)
    world.goes_silent()

    world.back_up(SLOT + timedelta(days=1))

    assert [each.file_system for each in world.records() if each.slot > SLOT] == ["fs-00000000", FS]


def test_a_slot_that_dies_has_journaled_all_its_backups() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS), on_efs("two", OTHER_FS))
    world.crash_after("start")

    world.back_up()
    world.follow()

    assert [(each.file_system, each.state) for each in world.records()] == [
        (FS, PointState.PENDING),
        (OTHER_FS, PointState.PENDING),
    ]


def test_a_file_system_that_cannot_be_journaled_is_told_and_stops_no_other() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS), on_efs("two", OTHER_FS))
    world.journal.fail_next("open_backup", PermanentError("the item is too large"))

    (skipped,) = world.back_up().skipped["myeks"]

    assert (skipped.subject, skipped.reason) == (FS, "its backup cannot be journaled: the item is too large")
    assert [each.file_system for each in world.records()] == [OTHER_FS]


@pytest.mark.parametrize("uid", ["a", "z"])
def test_of_a_claim_that_was_made_again_a_silent_cluster_has_the_last_one(uid: str) -> None:
    world = EfsWorld()
    before, again = on_efs("one", f"{FS}:/before"), on_efs("one", f"{FS}:/again")
    world.has(replace(before, uid="m"))
    world.back_up()
    world.end_jobs()
    world.clock.forward(days=1)
    world.clusters.clusters["myeks"].claim_list[:] = [replace(again, uid=uid)]
    world.back_up(SLOT + timedelta(days=1))
    world.end_jobs()
    world.clock.forward(days=1)
    world.goes_silent()

    world.back_up(SLOT + timedelta(days=2))

    assert [claim.path for claim in world.records()[-1].claims] == ["/again"]


def test_efs_that_does_not_answer_fails_the_slot_for_now() -> None:
    world = EfsWorld(A)
    world.has(on_efs("one", f"{FS}::{A.id}"))
    world.access_points.fail_next("access_point", Throttled("later"))

    with pytest.raises(Throttled):
        world.back_up()
    assert world.records() == []


def test_a_policy_that_is_gone_is_said() -> None:
    with pytest.raises(PermanentError, match="no policy 'other'"):
        EfsWorld().back_up(policy="other")


def test_the_recovery_point_says_by_its_tags_what_is_in_it() -> None:
    world = EfsWorld(A)
    world.has(on_efs("one", f"{FS}::{A.id}"))
    world.back_up()

    (backup,) = world.records()
    (stored,) = world.backup.stored.values()
    assert stored.tags == tags_of(backup)
    assert stored.tags["snapkeep:claim-1"] == "myeks/web/one /a 1000:1000"
    assert stored.tags["snapkeep:point"] == backup.id


def test_tags_keep_to_the_characters_that_aws_backup_allows() -> None:
    odd = AccessPoint("fsap-0000000d", FS, "/사진/my photos (1), a=b\n\udcff", "1000:1000,2000,3000")
    world = EfsWorld(odd)
    world.has(on_efs("one", f"{FS}::{odd.id}"))
    world.back_up()

    (stored,) = world.backup.stored.values()
    tag = stored.tags["snapkeep:claim-1"]
    assert tag == "myeks/web/one /사진/my=20photos=20=281=29=2C=20a=3Db=0A=ED=B3=BF 1000:1000+2000+3000"
    assert quopri.decodestring(tag.split()[1].encode()).decode(errors="surrogatepass") == odd.path


def test_a_file_system_with_many_claims_keeps_within_the_tags_that_aws_allows() -> None:
    world = EfsWorld()
    world.has(*(on_efs(f"claim-{number:03}", f"{FS}:/{'x' * 250}/{number}") for number in range(60)))
    world.back_up()

    (stored,) = world.backup.stored.values()
    assert len(stored.tags) <= 50
    assert all(len(value) <= 256 for value in stored.tags.values())
