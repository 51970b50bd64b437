"""Builds the programs of a real control plane from Go modules: `python -m tests.e2e.building 1.36`."""
