"""`snapkeep cost`: three sizes or one's own, with the formula and the day of the prices."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.conftest import Command


def test_three_sizes_are_told_with_formula_and_price_date(snapkeep: Command) -> None:
    out = snapkeep("cost").out
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["50", "2,000", "100,000"]
    assert "Snapshots at most = volumes × GiB × kept × price" in out
    assert "Prices of us-east-1, read on 2026-11-24" in out


def test_a_size_of_ones_own_is_told_alone(snapkeep: Command) -> None:
    document = json.loads(
        snapkeep("cost", "--volumes", "10", "--used", "100", "--kept", "2", "-o", "json").out
    )
    (size,) = document["sizes"]
    assert size["storage_at_most"] == pytest.approx(10 * 100 * 2 * 0.05)
    assert document["prices_read_on"] == "2026-11-24"


def test_measured_seconds_replace_the_assumed_ones(snapkeep: Command) -> None:
    def service(*words: str) -> float:
        return float(json.loads(snapkeep("cost", "-o", "json", *words).out)["sizes"][2]["service"])

    assert service("--seconds", "0.3") < service()
