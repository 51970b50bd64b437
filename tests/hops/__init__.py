"""Counts how often a flow, read from its first function to its effects, leads back to a file seen before."""

from __future__ import annotations

from pathlib import Path

LAYER = Path(__file__).parents[2] / "layers" / "common" / "python"
