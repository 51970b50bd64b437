"""`snapkeep cost`: three sizes or one's own, with the formula and the day of the prices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.snapkeep_cli.conftest import Command


def test_three_sizes_are_told_with_formula_and_price_date(snapkeep: Command) -> None:
    out = snapkeep("cost").out
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["50", "2,000", "100,000"]
    assert "Snapshots at most = volumes × GiB × kept × price" in out
    assert "Prices of us-east-1, read on 2026-11-28" in out


def test_a_size_of_ones_own_is_told_alone(snapkeep: Command) -> None:
    document = json.loads(
        snapkeep("cost", "--volumes", "10", "--used", "100", "--kept", "2", "-o", "json").out
    )
    (size,) = document["sizes"]
    assert size["storage_at_most"] == pytest.approx(10 * 100 * 2 * 0.05)
    assert document["prices_read_on"] == "2026-11-28"


def test_the_service_is_told_by_what_it_does_and_grows_with_policies(snapkeep: Command) -> None:
    def priced(*words: str) -> dict[str, Any]:
        (size,) = json.loads(snapkeep("cost", "--volumes", "100", "-o", "json", *words).out)["sizes"]
        found: dict[str, Any] = size
        return found

    one, three = priced(), priced("--policies", "3")
    assert sum(one["service_by_work"].values()) == pytest.approx(one["service"])
    assert three["service"] > one["service"]


def test_copies_are_told_by_what_is_sent_and_what_is_kept(snapkeep: Command) -> None:
    words = ("cost", "--volumes", "1", "--used", "1024", "--change", "0.02", "--copies", "14")
    (size,) = json.loads(snapkeep(*words, "-o", "json").out)["sizes"]
    assert size["first_copies"] == pytest.approx(20.48)
    assert size["copy_transfer"] == pytest.approx(20.48 * 0.02 * 30)
    assert size["copy_storage_likely"] == pytest.approx(1024 * 0.05 * (1 + 0.02 * 13))
    out = snapkeep(*words).out
    assert "FIRST COPIES" in out and "$20.48" in out and "× transfer price" in out
    assert "FIRST COPIES" not in snapkeep("cost").out and "transfer" not in snapkeep("cost").out


def test_rarer_copies_send_more_at_once_and_never_more_than_all(snapkeep: Command) -> None:
    def sent(*words: str) -> float:
        found = json.loads(snapkeep("cost", "--volumes", "1", "--copies", "4", "-o", "json", *words).out)
        return float(found["sizes"][0]["copy_transfer"])

    assert sent("--a-day", "4") == pytest.approx(sent("--a-day", "4", "--copies-a-day", "2"))
    assert sent("--change", "1", "--a-day", "4") == pytest.approx(50 * 0.02 * 30)


def test_file_systems_cost_one_full_copy_and_what_changes(snapkeep: Command) -> None:
    words = ("cost", "--volumes", "1", "--kept", "11", "--change", "0.1", "--on-efs", "200")
    (size,) = json.loads(snapkeep(*words, "-o", "json").out)["sizes"]
    assert size["file_systems_likely"] == pytest.approx(200 * 0.05 * 2)
    out = snapkeep(*words).out
    assert "ON EFS" in out and "$20.00" in out and "price of AWS Backup" in out
    assert "EFS" not in snapkeep("cost").out


def test_archived_points_cost_their_whole_size_instead_of_what_only_they_hold(snapkeep: Command) -> None:
    words = ("cost", "--volumes", "2", "--used", "100", "--archived", "10")
    (size,) = json.loads(snapkeep(*words, "--change", "1", "-o", "json").out)["sizes"]
    assert size["archive_storage"] == pytest.approx(2 * 100 * 10 * 0.0125)
    assert size["archive_instead_of"] == pytest.approx(2 * 100 * 10 * 0.05), "every block was rewritten"
    assert size["archive_bring_back"] == pytest.approx(2 * 100 * 0.03)
    (idle,) = json.loads(snapkeep(*words, "--change", "0", "-o", "json").out)["sizes"]
    assert idle["archive_instead_of"] == 0, "a disk that does not change shares all its blocks"
    out = snapkeep(*words).out
    assert "INSTEAD OF" in out and "archive price" in out
    assert "archive" not in snapkeep("cost").out
