"""What every journal promises about archives: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.archive.records import Archive
from snapkeep.domain.errors import TemporaryError
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW


def measured(number: int = 1, cluster: str = "myeks") -> Archive:
    return Archive(
        cluster=cluster,
        snapshot_id=f"snap-{number}",
        subject="shop/data (policy nightly)",
        policy="nightly",
        volume="vol-1",
        before=f"snap-{number - 1}",
        following=f"snap-{number + 1}",
        unique=3 * 2**30,
        full=20 * 2**30,
        measured_at=NOW,
    )


def test_an_archive_comes_back_as_written_at_every_stage(journal: Journal) -> None:
    archives = journal.archives
    assert archives.archive("myeks", "snap-1") is None
    first = archives.write_archive(measured())
    assert first == replace(measured(), revision=1)
    for following in (
        first.intended(NOW),
        first.intended(NOW).archiving(),
        first.archived(NOW + timedelta(hours=1)),
        first.put_off("EC2 is busy"),
        replace(first, attempt=3).failed("no", NOW),
    ):
        known = archives.archive("myeks", "snap-1")
        assert known is not None
        written = archives.write_archive(replace(following, revision=known.revision))
        assert archives.archive("myeks", "snap-1") == written
        assert written == replace(following, revision=known.revision + 1)


def test_the_archives_of_a_cluster_are_together(journal: Journal) -> None:
    mine = [journal.archives.write_archive(measured(number)) for number in (1, 2)]
    journal.archives.write_archive(measured(3, "other"))
    assert sorted(journal.archives.archives("myeks"), key=lambda each: each.snapshot_id) == mine
    assert list(journal.archives.archives("none")) == []


def test_two_writers_do_not_overwrite_each_other(journal: Journal) -> None:
    known = journal.archives.write_archive(measured())
    journal.archives.write_archive(known.intended(NOW))
    for stale in (known, measured()):
        with pytest.raises(TemporaryError):
            journal.archives.write_archive(stale)


def test_only_what_nobody_wrote_meanwhile_is_forgotten(journal: Journal) -> None:
    old = journal.archives.write_archive(measured())
    new = journal.archives.write_archive(old.intended(NOW))
    journal.archives.forget_archive(old)
    assert journal.archives.archive("myeks", "snap-1") == new
    for _ in range(2):
        journal.archives.forget_archive(new)
    assert journal.archives.archive("myeks", "snap-1") is None
