"""Names of VolumeSnapshots: a point's id and a nonce that nobody knows before the object exists.

Anybody in the namespace can compute a point's id. Without a nonce, somebody could create an object with that
name in advance, showing older data or another claim, and it would pass for the point's own.
"""

from __future__ import annotations

import re

NONCE_BYTES = 8
"""Random bytes in a nonce, which is written as 16 hexadecimal digits."""

_OBJECT_NAME = re.compile(r"([a-z0-9-]+-\d{8}t\d{6}z-[0-9a-f]{10})-[0-9a-f]{16}")


def object_name(point: str, nonce: str) -> str:
    """The name of the VolumeSnapshot of the point with this id.

    Points journaled before nonces existed have objects named after the point itself.
    """
    return f"{point}-{nonce}" if nonce else point


def point_of_object(name: str) -> str:
    """The id of the point that a VolumeSnapshot's name refers to; only the nonce proves that it belongs to
    it."""
    found = _OBJECT_NAME.fullmatch(name)
    return found[1] if found else name
