"""CRC-32C, which protects the metadata of ext4 and xfs.

https://docs.kernel.org/filesystems/ext4/overview.html#checksums
"""

from __future__ import annotations

import google_crc32c

SEED = 0xFFFFFFFF


def running(seed: int, *parts: bytes) -> int:
    """The CRC of the parts after `seed` as the kernel's crc32c() computes it: without the final inversion."""
    crc = seed ^ SEED
    for part in parts:
        crc = google_crc32c.extend(crc, part)
    return int(crc) ^ SEED


def finished(*parts: bytes) -> int:
    """The CRC of the parts, inverted at the end as xfs stores it."""
    return running(SEED, *parts) ^ SEED
