"""File trees: their digest, bytecode and zip, which depend only on the content."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

COMPILE = """
import compileall, json, py_compile, sys

unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
for tree, mount in json.load(sys.stdin).items():
    options = {"quiet": 1, "invalidation_mode": unchecked, "stripdir": tree, "prependdir": mount}
    if not compileall.compile_dir(tree, **options):
        sys.exit(1)
"""
"""A program for the Python of the runtime: one start for all trees, as a start costs more than to compile a
handler."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time a zip can hold: a checkout's file times must not change the zip."""


def tree_digest(tree: Path) -> str:
    """A hex digest over the names and contents of a tree's files (or of one file), without bytecode."""
    digest = hashlib.sha256()
    for path in files(tree):
        if path.suffix != ".pyc":
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(tree).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def digest_of(*parts: str) -> str:
    """A hex digest over texts, including their order."""
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def files(tree: Path) -> Iterator[Path]:
    """A tree's files, sorted; for a file, itself."""
    yield from sorted(path for path in tree.rglob("*") if path.is_file()) if tree.is_dir() else [tree]


def compile_trees(mounts: Mapping[Path, str], interpreter: Path) -> None:
    """Write bytecode next to the sources of trees, each of which Lambda mounts at the given place.

    Lambda's code is read-only, so without this every cold start compiles what it imports. The bytecode
    contains no time and is never checked against the source. Raises CalledProcessError for a syntax error.
    https://docs.python.org/3/library/py_compile.html#py_compile.PycInvalidationMode
    """
    subprocess.run(
        [str(interpreter), "-c", COMPILE],
        input=json.dumps({str(tree): mount for tree, mount in mounts.items()}),
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )


def write_zip(tree: Path, target: Path) -> None:
    """Zip a tree: files sorted, times fixed, permissions the same on every machine."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in files(tree):
            entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
