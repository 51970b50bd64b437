"""Sizes are those of the zips, and the last line is what Lambda counts."""

from __future__ import annotations

import zipfile
from pathlib import Path

from infra.packaging.assets import Asset, Assets
from infra.packaging.sizes import report, size


def an_asset(folder: Path, name: str, mib: int, warning: str = "") -> Asset:
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(mib * 2**20))
    return Asset(path, name[0] * 64, warning)


def test_a_zip_has_two_sizes(tmp_path: Path) -> None:
    found = size(an_asset(tmp_path, "a", 3).path)

    assert found.unzipped == 3 * 2**20
    assert found.zipped < found.unzipped / 100


def test_every_zip_is_named_with_its_hash_and_a_function_counts_with_all_layers(tmp_path: Path) -> None:
    assets = Assets(
        layers={"third_party": an_asset(tmp_path, "a", 5), "common": an_asset(tmp_path, "b", 2, "no Python")},
        optional_layers={"filesystems": an_asset(tmp_path, "e", 4)},
        handlers={"prune": an_asset(tmp_path, "c", 1), "api": an_asset(tmp_path, "d", 3)},
    )
    lines = list(report(assets))

    assert lines[0].startswith("layer third_party: 5.1 KiB zipped, 5.0 MiB unzipped")
    assert lines[0].endswith("aaaaaaaaaaaa")
    assert "no bytecode" in lines[1]
    assert [line.split(":")[0] for line in lines[2:5]] == ["layer filesystems", "prune", "api"]
    assert lines[-1] == "a function with its layers: at most 14.0 MiB of Lambda's 250 MiB"
