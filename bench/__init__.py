"""Measurements next to their baselines: `make bench`."""
