"""Trees of files: their digest, their bytecode, their zip; the same for the same content."""

from __future__ import annotations

import hashlib
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time a zip can hold: file times of a checkout must not change the zip."""


def tree_digest(tree: Path) -> str:
    """A hex digest over names and contents of the files of a tree (or of one file); bytecode is left out."""
    digest = hashlib.sha256()
    for path in files(tree):
        if path.suffix != ".pyc":
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(tree).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def digest_of(*parts: str) -> str:
    """A hex digest over texts, each at its place."""
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def files(tree: Path) -> Iterator[Path]:
    """The files of a tree, sorted; of a file, itself."""
    yield from sorted(path for path in tree.rglob("*") if path.is_file()) if tree.is_dir() else [tree]


def compile_tree(tree: Path, interpreter: Path, mount: str) -> None:
    """Write bytecode beside the sources of a tree that Lambda mounts at `mount`.

    Lambda's code is read-only, so without this every cold start compiles what it imports. The bytecode
    names no time and is never checked against the source. Raises CalledProcessError for a syntax error.
    https://docs.python.org/3/library/py_compile.html#py_compile.PycInvalidationMode
    """
    options = ("-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", mount)
    subprocess.run(
        [str(interpreter), "-m", "compileall", *options, str(tree)],
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
