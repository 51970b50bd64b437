"""What is written on volumes: one text each, so that a restore can prove whose data it brought back.

A snapshot keeps what its volume held when it was started, a copy what its source holds, and a volume begins
with what its snapshot holds. EC2 shows none of this; only the control endpoint does.
"""

from typing import Any

from ministack.services import ec2

from sandbox.aws.scope import place_of, request_scope

CONTENT = "_content"
"""The key of a volume's or a snapshot's record."""


def inherit(record: dict[str, Any], origin: dict[str, Any]) -> None:
    """Give a new volume or snapshot what its origin holds now."""
    record[CONTENT] = origin.get(CONTENT, "")


def write(volume: str, text: str) -> None:
    """Replace what is written on a volume, in any account and Region. ValueError if there is none."""
    _record(volume)[CONTENT] = text


def read(volume: str) -> str:
    """What is written on a volume, "" if nothing is. ValueError if there is no such volume."""
    return str(_record(volume).get(CONTENT, ""))


def _record(volume: str) -> dict[str, Any]:
    place = place_of(ec2._volumes, volume)
    if place is None:
        raise ValueError(f"no volume {volume}")
    with request_scope(*place):
        record: dict[str, Any] = ec2._volumes[volume]
    return record
