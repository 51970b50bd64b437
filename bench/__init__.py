"""Measurements beside what they should be compared with; numbers go to .build/bench.json."""
