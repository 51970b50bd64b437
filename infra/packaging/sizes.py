"""The size of the zips against Lambda's limit: printed at every synth."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.packaging.assets import Asset, Assets

LIMIT_MIB = 250
"""A function and its layers, unzipped.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

MIB = 2**20


@dataclass(frozen=True)
class Size:
    """A zip in bytes: as uploaded, and unzipped."""

    zipped: int
    unzipped: int

    def __str__(self) -> str:
        return f"{_shown(self.zipped)} zipped, {_shown(self.unzipped)} unzipped"


def size(path: Path) -> Size:
    """The size of a zip."""
    with zipfile.ZipFile(path) as archive:
        return Size(path.stat().st_size, sum(entry.file_size for entry in archive.infolist()))


def report(assets: Assets) -> Iterator[str]:
    """A line for each layer and function with its hash, and one for the most that a function can have."""
    every_layer = {**assets.layers, **assets.optional_layers}
    layers = {name: size(asset.path) for name, asset in every_layer.items()}
    handlers = {name: size(asset.path) for name, asset in assets.handlers.items()}
    for name, asset in every_layer.items():
        yield _line(f"layer {name}", asset, layers[name])
    for name, asset in assets.handlers.items():
        yield _line(name, asset, handlers[name])
    largest = max((each.unzipped for each in handlers.values()), default=0)
    whole = sum(each.unzipped for each in layers.values()) + largest
    yield f"a function with its layers: at most {whole / MIB:.1f} MiB of Lambda's {LIMIT_MIB} MiB"


def _shown(size: int) -> str:
    return f"{size / MIB:.1f} MiB" if size >= MIB else f"{size / 1024:.1f} KiB"


def _line(name: str, asset: Asset, found: Size) -> str:
    bytecode = ", no bytecode" if asset.warning else ""
    return f"{name}: {found}{bytecode}, {asset.digest[:12]}"
