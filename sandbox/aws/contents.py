"""What is written on volumes: a text each, so that a restore can prove whose data it brought back, and the
blocks of an image file, which the EBS direct APIs read.

A snapshot keeps what its volume held when it was started, a copy what its source holds, and a volume begins
with what its snapshot holds. EC2 shows none of this: the text is read by the
control endpoint, and the blocks of snapshots by the EBS direct APIs. Without an image, the text is the first
block.
"""

from pathlib import Path
from typing import Any

from ministack.services import ec2

from sandbox.aws.block_store import Blocks, BlockStore
from sandbox.aws.scope import place_of, request_scope

CONTENT = "_content"
IMAGE = "_image"
"""Keys of a volume's or a snapshot's record."""


def inherit(record: dict[str, Any], origin: dict[str, Any]) -> None:
    """Give a new volume or snapshot what its origin holds now."""
    record[CONTENT], record[IMAGE] = origin.get(CONTENT, ""), origin.get(IMAGE)


def write(volume: str, text: str) -> None:
    """Replace what is written on a volume, in any account and Region. ValueError if there is none."""
    _record(volume)[CONTENT] = text


def read(volume: str) -> str:
    """What is written on a volume, "" if nothing is. ValueError if there is no such volume."""
    return str(_record(volume).get(CONTENT, ""))


def write_image(store: BlockStore, volume: str, path: str) -> None:
    """Replace the blocks of a volume by those that an image file has now. ValueError if there is no such
    volume or file, or if the image is larger.
    """
    if not Path(path).is_file():
        raise ValueError(f"no image {path}")
    record, size = _record(volume), Path(path).stat().st_size
    if size > record["Size"] << 30:
        raise ValueError(f"{path} has {size} bytes, more than the {record['Size']} GiB of {volume}")
    record[IMAGE] = store.of_image(Path(path))


def blocks(store: BlockStore, record: dict[str, Any]) -> Blocks:
    """The written blocks of a volume or a snapshot."""
    image: Blocks | None = record.get(IMAGE)
    return store.of_text(record.get(CONTENT, "")) if image is None else image


def _record(volume: str) -> dict[str, Any]:
    place = place_of(ec2._volumes, volume)
    if place is None:
        raise ValueError(f"no volume {volume}")
    with request_scope(*place):
        record: dict[str, Any] = ec2._volumes[volume]
    return record
