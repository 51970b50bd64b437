"""What is measured is the planner's work on every point, and plain sorting of the same points."""

from __future__ import annotations

from bench.retention import POLICIES, measure


def test_both_are_measured_for_every_policy() -> None:
    for policy in POLICIES:
        found = measure(policy, lineages=3, points=200)
        assert set(found) == {"plan_cpu_s", "sort_cpu_s", "times_sorting", "mib"}
        assert found["plan_cpu_s"] > 0 and found["mib"] > 0
