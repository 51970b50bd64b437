"""The blocks of volumes and snapshots, as EBS stores them: each once, however many snapshots hold it."""

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

BLOCK = 512 * 1024
"""Bytes of a block of the EBS direct APIs."""

Blocks = Mapping[int, str]
"""The written blocks of a volume: index to the SHA-256 of its bytes, in hex."""


class BlockStore:
    """Blocks by their SHA-256, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of_image(self, path: Path) -> Blocks:
        """Keep the blocks of a sparse image file. A block of zeros counts as never written."""
        with path.open("rb", buffering=0) as image:
            file = image.fileno()
            read = ((index, os.pread(file, BLOCK, index * BLOCK)) for index in _data(file))
            return {index: self._keep(data) for index, data in read if data != bytes(len(data))}

    def of_text(self, text: str) -> Blocks:
        """Keep a text as the beginning of a volume; nothing is written for an empty one."""
        return {0: self._keep(text.encode()[:BLOCK])} if text else {}

    def data(self, digest: str) -> bytes:
        """The bytes of a block."""
        return (self._folder / digest).read_bytes()

    def _keep(self, data: bytes) -> str:
        whole = data.ljust(BLOCK, b"\0")
        digest = hashlib.sha256(whole).hexdigest()
        path = self._folder / digest
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(whole)
        return digest


def _data(file: int) -> Iterator[int]:
    """The indexes of the blocks in which a sparse file holds data, in rising order."""
    offset, following = 0, 0
    while True:
        try:
            offset = os.lseek(file, offset, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # only a hole is left
                return
            raise
        end = os.lseek(file, offset, os.SEEK_HOLE)
        last = -(-end // BLOCK)
        yield from range(max(following, offset // BLOCK), last)
        offset, following = end, last
