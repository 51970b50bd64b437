"""What a run says of the one before it."""

from __future__ import annotations

from bench.comparison import ratios
from bench.figures import Figure


def test_only_what_changed_is_told_with_its_ratio() -> None:
    now = [Figure("prune", {"cpu_s": 3.0, "mib": 101}), Figure("sort", {"cpu_s": 1})]
    last = {"prune": {"cpu_s": 2.0, "mib": 100}, "sort": {"cpu_s": 1}}

    assert list(ratios(now, last)) == ["prune: cpu_s ×1.50 of 2"]


def test_what_the_last_run_did_not_measure_is_left_out() -> None:
    assert list(ratios([Figure("new", {"cpu_s": 3.0})], {})) == []
    assert list(ratios([Figure("old", {"new": 3.0, "zero": 1})], {"old": {"zero": 0}})) == []
