"""Measurements beside what they should be compared with: `make bench`."""
