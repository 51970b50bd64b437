"""A directory of another restore is never taken for this one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.efs.restore.directories import Directory, choose, is_directory_name, made_by

BEGAN = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
ENDED = BEGAN + timedelta(minutes=30)
LATER = ENDED + timedelta(days=1)


def made(at: datetime, *, has_path: bool = True, changed: datetime = LATER) -> Directory:
    name = f"aws-backup-restore_{at:%Y-%m-%dT%H-%M-%S}-{at.microsecond // 1000:03}Z"
    return Directory(name, changed, has_path)


def test_the_directory_that_the_job_made_is_found_by_the_time_in_its_name() -> None:
    mine = made(BEGAN + timedelta(minutes=1))
    earlier, later = made(BEGAN - timedelta(minutes=1)), made(ENDED + timedelta(minutes=1))

    assert choose([earlier, mine, later], BEGAN, ENDED) == mine.name


def test_a_name_without_a_time_counts_by_when_it_last_changed() -> None:
    mine = Directory("aws-backup-restore_x", BEGAN + timedelta(minutes=2), True)
    stale = Directory("aws-backup-restore_y", BEGAN - timedelta(days=2), True)
    impossible = Directory("aws-backup-restore_2026-99-24T05-00-00", stale.changed_at, True)

    assert choose([mine, stale, impossible], BEGAN, ENDED) == mine.name


def test_a_time_further_on_in_a_name_is_not_one_of_aws() -> None:
    odd = Directory(f"aws-backup-restore_zz_{BEGAN:%Y-%m-%dT%H-%M-%S}", LATER, True)

    with pytest.raises(ValueError, match="none of 1 directories"):
        choose([odd], BEGAN, ENDED)


def test_times_that_are_cut_to_seconds_still_count() -> None:
    began = BEGAN + timedelta(milliseconds=900)
    mine = Directory(f"aws-backup-restore_{BEGAN:%Y-%m-%dT%H-%M-%S}", LATER, True)

    assert choose([mine], began, ENDED) == mine.name


def test_of_two_restores_at_once_the_one_with_the_folder_counts() -> None:
    mine = made(BEGAN + timedelta(minutes=1))
    other = made(BEGAN + timedelta(minutes=2), has_path=False)

    assert choose([mine, other], BEGAN, ENDED) == mine.name


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "none of 0 directories"),
        ([made(BEGAN - timedelta(hours=1))], "none of 1 directories aws-backup-restore_… was made between"),
        (
            [made(BEGAN, has_path=False)],
            "the claim's folder is not in aws-backup-restore_2026-11-24T05-00-00",
        ),
        ([made(BEGAN), made(ENDED)], "2 directories were made"),
    ],
)
def test_what_is_not_certain_is_asked(found: list[Directory], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        choose(found, BEGAN, ENDED)


def test_candidates_come_newest_first() -> None:
    first, second = made(BEGAN), made(ENDED)

    assert made_by([first, second], BEGAN, ENDED) == [second, first]


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("aws-backup-restore_2026-11-24T05-07-33-512Z", True),
        ("aws-backup-restore_2026-11-24T05:07:33.512Z", True),
        ("aws-backup-restore_", False),
        ("aws-backup-restore_../../etc", False),
        ("aws-backup-restore_a/b", False),
        ("aws-backup-restore_a b", False),
        ("aws-backup-restore_a\n", False),
        ("web", False),
        ("aws-backup-restore_" + "a" * 80, False),
    ],
)
def test_only_names_of_aws_backup_are_directories(name: str, valid: bool) -> None:
    assert is_directory_name(name) is valid
