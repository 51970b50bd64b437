"""Unpack a function's zip and layers as /var/task and /opt, once per distinct content."""

import hashlib
import io
import shutil
import sys
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

_unpacking = threading.Lock()
"""Functions that start together share their layers: the first unpacks, the others wait."""


@dataclass(frozen=True)
class Package:
    """Where a function's files are."""

    task: Path
    """What AWS mounts as /var/task."""
    opt: Path
    """What AWS mounts as /opt: the layers, later ones over earlier ones."""

    def python_path(self) -> list[str]:
        """Return the import path of the Python runtimes (Lambda guide, "Search path in Python")."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        layers = self.opt / "python"
        return [str(self.task), str(layers / "lib" / version / "site-packages"), str(layers)]


def unpack(store: Path, code: bytes, layers: list[bytes]) -> Package:
    """Return the package of `code` and `layers`, unpacked under `store` unless the same content is already
    there.
    """
    with _unpacking:
        return Package(task=_unpack(store, [code]), opt=_unpack(store, layers))


def _unpack(store: Path, zips: list[bytes]) -> Path:
    digest = hashlib.sha256()
    for content in zips:
        digest.update(hashlib.sha256(content).digest())
    place = store / digest.hexdigest()[:24]
    if place.exists():
        return place
    # Unpack beside it, then rename, so that nobody mistakes half a package for a whole one.
    draft = place.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for content in zips:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(draft)
    return draft.rename(place)
