"""The code that the stack deploys: zips, each with a stable hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Asset:
    """A zip and its hash: equal inputs give equal hashes. `warning` says what the build had to omit."""

    path: Path
    digest: str
    warning: str = ""


@dataclass(frozen=True)
class Assets:
    """The code of a deployment: layers by name (in the order Lambda lays them), handlers by function.

    `optional_layers` are those that only the functions that ask for them have.
    """

    layers: Mapping[str, Asset]
    handlers: Mapping[str, Asset]
    optional_layers: Mapping[str, Asset] = field(default_factory=dict)
