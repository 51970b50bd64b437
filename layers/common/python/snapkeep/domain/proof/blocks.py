"""Blocks of a snapshot, as the EBS direct APIs show them.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-accessing-snapshot.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BLOCK = 512 * 1024
"""Bytes of a block."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some blocks of a snapshot: those written among all from the page's first one up to `end`, exclusive.

    `tokens` has the token of each (by index), with which it is read within a week. `is_last` says that no
    block is written from `end` on. `volume_size` is in bytes.
    """

    tokens: Mapping[int, str]
    end: int
    is_last: bool
    volume_size: int
