"""What every journal promises about restores from EFS: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.efs.restore.operations import EfsRestore, EfsStage
from snapkeep.domain.errors import TemporaryError
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW, SLOT, TABLE
from tests.contract.ports.test_efs_backup_journal import CLAIM

FS, OTHER = "fs-01234567", "fs-89abcdef"


def a_restore(name: str = "0" * 16, **changes: Any) -> EfsRestore:
    made = EfsRestore(
        id=name,
        cluster="myeks",
        namespace="new",
        target="shared",
        backup=f"{FS}-20261124t180000z-0123456789",
        slot=SLOT,
        arn="arn:1",
        file_system=FS,
        claim=CLAIM,
        caller="arn:aws:iam::111122223333:user/ann",
        accepted_at=NOW,
    )
    return replace(made, **changes)


def done(restore: EfsRestore) -> EfsRestore:
    return replace(
        restore,
        stage=EfsStage.DONE,
        job="j",
        began_at=NOW,
        ended_at=NOW + timedelta(minutes=5),
        directory="aws-backup-restore_x",
        access_point="fsap-01234567",
    )


def test_a_restore_comes_back_as_written(journal: Journal) -> None:
    store = journal.efs_restores
    added = store.add_efs_restore(a_restore())
    written = store.write_efs_restore(done(added))

    assert added == a_restore() and written == replace(done(added), revision=1)
    assert store.efs_restore(added.id) == written
    assert store.efs_restore("f" * 16) is None


def test_who_adds_a_restore_again_gets_the_first_one(journal: Journal) -> None:
    store = journal.efs_restores
    first = store.write_efs_restore(done(store.add_efs_restore(a_restore())))

    assert store.add_efs_restore(a_restore(target="other")) == first


def test_of_two_writers_one_has_to_look_again(journal: Journal) -> None:
    store = journal.efs_restores
    added = store.add_efs_restore(a_restore())
    written = store.write_efs_restore(replace(added, stage=EfsStage.RESTORING))

    with pytest.raises(TemporaryError):
        store.write_efs_restore(done(added))
    assert store.efs_restore(added.id) == written


def test_open_restores_are_listed_until_they_end(journal: Journal) -> None:
    store = journal.efs_restores
    late = store.add_efs_restore(a_restore("1" * 16, accepted_at=NOW + timedelta(hours=1)))
    early = store.add_efs_restore(a_restore("2" * 16, file_system=OTHER))

    assert list(store.open_efs_restores()) == [early, late]
    store.write_efs_restore(done(late))
    assert list(store.open_efs_restores()) == [early]


def test_the_restores_into_a_file_system_come_newest_first(journal: Journal) -> None:
    store = journal.efs_restores
    first = store.write_efs_restore(done(store.add_efs_restore(a_restore("3" * 16))))
    second = store.add_efs_restore(a_restore("4" * 16, accepted_at=NOW + timedelta(hours=1)))
    store.add_efs_restore(a_restore("5" * 16, file_system=OTHER))

    assert list(store.efs_restores_on(FS)) == [second, first]


def test_only_an_ended_restore_expires(table_client: Any) -> None:
    store = dynamo_journal(table_client, TABLE).efs_restores
    added = store.add_efs_restore(a_restore())

    def expiries() -> list[bool]:
        return ["expires_at" in item for item in table_client.scan(TableName=TABLE)["Items"]]

    assert expiries() == [False]
    store.write_efs_restore(done(added))
    assert expiries() == [True]
