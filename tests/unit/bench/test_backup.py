"""What is measured is a whole run: every claim created once, and every completion recorded."""

from __future__ import annotations

from bench.backup import measure


def test_a_run_is_measured_to_its_end() -> None:
    found = measure(25)

    assert (found["creates"], found["describes"], found["pace_calls"]) == (25, 3 + 25, 3)
    assert found["journal_calls"] > 25 * 5
    assert found["mib"] > 0
