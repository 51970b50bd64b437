"""Tests that share a fixture of the session run in one worker."""

from __future__ import annotations

from pathlib import Path

from tests.scheduling import scope_of, sharing_folders

ROOT = Path(__file__).parents[2]
FOLDERS = sharing_folders(ROOT)


def test_flows_share_one_deployed_product() -> None:
    one = scope_of("tests/integration/flows/test_access.py::test_a[x::y]", FOLDERS)
    other = scope_of("tests/integration/flows/test_locks.py::test_b", FOLDERS)

    assert one == other != scope_of("tests/integration/test_synth.py::test_c", FOLDERS)


def test_a_folder_within_a_sharing_folder_shares_with_it() -> None:
    inner = scope_of("tests/unit/infra/iam/test_table.py::test_a", FOLDERS)

    assert inner == scope_of("tests/unit/infra/stacks/test_updates.py::test_b", FOLDERS)


def test_other_files_are_dealt_out_one_by_one() -> None:
    one = scope_of("tests/unit/snapkeep/domain/backup/test_cron.py::test_a", FOLDERS)

    assert one == "tests/unit/snapkeep/domain/backup/test_cron.py"
    assert one == scope_of("tests/unit/snapkeep/domain/backup/test_cron.py::test_b", FOLDERS)
