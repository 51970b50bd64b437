"""What every journal promises about backups of EFS: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW, SLOT, TABLE, a_run

CLAIM = EfsClaim("myeks", "web", "shared", "uid-1", "/web", "1000:1000", "5Gi", "efs-sc", ("ReadWriteMany",))


def a_backup(file_system: str = "fs-01234567", **changes: Any) -> EfsBackup:
    made = EfsBackup(file_system, "shared", SLOT, "snapkeep", (CLAIM,), NOW)
    return replace(made, **changes)


def ended(backup: EfsBackup) -> EfsBackup:
    return replace(backup, state=PointState.READY, arn="arn:1", job="j", size_bytes=7, ended_at=NOW)


def backup_items(table_client: Any) -> list[Any]:
    return [each for each in table_client.scan(TableName=TABLE)["Items"] if "backup" in each]


def test_a_backup_comes_back_as_written(journal: Journal) -> None:
    opened = journal.efs_backups.open_backup(a_backup())
    written = journal.efs_backups.write_backup(ended(opened))

    assert opened == a_backup(revision=1)
    assert written == replace(ended(opened), revision=2)
    assert list(journal.efs_backups.backups_of("shared", SLOT)) == [written]


def test_a_file_system_may_have_as_many_claims_as_efs_has_access_points(journal: Journal) -> None:
    uids = [str(uuid4()) for _ in range(10_000)]
    claims = tuple(replace(CLAIM, name=f"data-{uid[:5]}", uid=uid, path=f"/pvc-{uid}") for uid in uids)

    opened = journal.efs_backups.open_backup(a_backup(claims=claims))

    assert journal.efs_backups.backup(opened.id) == opened == a_backup(claims=claims, revision=1)


def test_a_policy_of_before_and_a_cluster_of_any_name_are_no_backups(journal: Journal) -> None:
    run = a_run("shared", SLOT, "efs")
    journal.runs.open_run(run, "owner", NOW, NOW)
    opened = journal.efs_backups.open_backup(a_backup())

    assert list(journal.efs_backups.backups_of("shared", SLOT)) == [opened]
    assert [each.id for each in journal.runs.runs_of("efs", "shared", SLOT)] == [run.id]
    assert not journal.unreadable.passed_over()


def test_a_backup_is_found_by_its_id(journal: Journal) -> None:
    opened = journal.efs_backups.open_backup(a_backup())

    assert journal.efs_backups.backup(opened.id) == opened
    assert journal.efs_backups.backup(f"{opened.id}0") is None
    assert journal.efs_backups.backup("nothing") is None


def test_who_opens_a_backup_again_gets_the_first_one(journal: Journal) -> None:
    first = journal.efs_backups.write_backup(ended(journal.efs_backups.open_backup(a_backup())))

    assert journal.efs_backups.open_backup(a_backup(claims=())) == first


def test_of_two_writers_one_has_to_look_again(journal: Journal) -> None:
    opened = journal.efs_backups.open_backup(a_backup())
    written = journal.efs_backups.write_backup(replace(opened, state=PointState.PENDING))

    with pytest.raises(TemporaryError):
        journal.efs_backups.write_backup(ended(opened))
    assert list(journal.efs_backups.unfinished()) == [written]


def test_unfinished_backups_are_listed_until_they_end(journal: Journal) -> None:
    early = a_backup("fs-89abcdef", slot=SLOT - timedelta(days=1))
    first, second = (journal.efs_backups.open_backup(each) for each in (a_backup(), early))

    assert list(journal.efs_backups.unfinished()) == [second, first]
    journal.efs_backups.write_backup(ended(first))
    assert list(journal.efs_backups.unfinished()) == [second]


def test_backups_are_listed_by_policy_from_a_slot_on(journal: Journal) -> None:
    for days in range(3):
        journal.efs_backups.open_backup(a_backup(slot=SLOT + timedelta(days=days)))
    journal.efs_backups.open_backup(a_backup(policy="other"))

    found = list(journal.efs_backups.backups_of("shared", SLOT + timedelta(days=1)))

    assert [each.slot for each in found] == [SLOT + timedelta(days=1), SLOT + timedelta(days=2)]


def test_the_policies_that_had_a_backup_are_known(journal: Journal) -> None:
    assert list(journal.efs_backups.policies()) == []
    for policy in ("shared", "other", "shared"):
        journal.efs_backups.open_backup(a_backup(policy=policy))

    assert list(journal.efs_backups.policies()) == ["other", "shared"]


def test_an_ended_backup_is_forgotten_after_400_days(table_client: Any) -> None:
    backups = dynamo_journal(table_client, TABLE).efs_backups
    opened = backups.open_backup(a_backup())
    (item,) = backup_items(table_client)
    assert "expires_at" not in item
    backups.write_backup(ended(opened))
    (item,) = backup_items(table_client)
    assert int(item["expires_at"]["N"]) == int((NOW + timedelta(days=400)).timestamp())


def test_a_damaged_record_is_passed_over(table_client: Any) -> None:
    journal = dynamo_journal(table_client, TABLE)
    for policy in ("shared", "other"):
        journal.efs_backups.open_backup(a_backup(policy=policy))
    item = next(each for each in backup_items(table_client) if "other" in each["backup"]["S"])
    table_client.put_item(TableName=TABLE, Item=item | {"claims": {"B": b"from hell"}})

    assert [each.policy for each in journal.efs_backups.backups_on("fs-01234567")] == ["shared"]


def test_backups_are_listed_by_file_system_whatever_their_policy(journal: Journal) -> None:
    wanted = [journal.efs_backups.open_backup(a_backup(policy=name)) for name in ("other", "shared")]
    journal.efs_backups.open_backup(a_backup("fs-89abcdef"))

    found = journal.efs_backups.backups_on("fs-01234567")

    assert sorted(found, key=lambda each: each.policy) == wanted
