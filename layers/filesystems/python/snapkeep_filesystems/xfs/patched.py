"""A volume with changes in memory, sector by sector, put over what is read."""

from __future__ import annotations

from snapkeep_filesystems.errors import NotHandled
from snapkeep_filesystems.volume import Volume

SECTOR = 512
MOST_SECTORS = 131_072
"""64 MiB of changes; the log of a volume of 20 GiB holds no more."""


class _Sector:
    """Some bytes of a sector: `mask` has the bits of those that are known."""

    __slots__ = ("data", "mask")

    def __init__(self) -> None:
        self.data = bytearray(SECTOR)
        self.mask = 0

    def set(self, at: int, part: bytes) -> None:
        self.data[at : at + len(part)] = part
        self.mask |= ((1 << len(part)) - 1) << at

    def over(self, base: bytes) -> bytes:
        """The sector with its known bytes put over others."""
        mask = self.mask
        if mask == (1 << SECTOR) - 1:
            return bytes(self.data)
        found = bytearray(base)
        at = 0
        while mask:
            skip = (mask & -mask).bit_length() - 1
            at, mask = at + skip, mask >> skip
            run = (~mask & (mask + 1)).bit_length() - 1
            found[at : at + run] = self.data[at : at + run]
            at, mask = at + run, mask >> run
        return bytes(found)


class Patched:
    """A volume and the changes to it; what is not changed is read only when somebody reads there."""

    def __init__(self, volume: Volume) -> None:
        self._volume = volume
        self._sectors: dict[int, _Sector] = {}

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self._volume.size

    def patch(self, offset: int, data: bytes) -> None:
        """Change the bytes at an offset. Raises NotHandled when there are too many changes to remember."""
        done = 0
        while done < len(data):
            number, at = divmod(offset + done, SECTOR)
            part = data[done : done + SECTOR - at]
            self._sector(number).set(at, part)
            done += len(part)

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, with the changes."""
        found = bytearray(self._volume.read(offset, length))
        end = offset + len(found)
        for number in range(offset // SECTOR, -(-end // SECTOR)):
            if sector := self._sectors.get(number):
                start = number * SECTOR
                first, last = max(offset, start), min(end, start + SECTOR)
                base = bytes(first - start) + found[first - offset : last - offset]
                found[first - offset : last - offset] = sector.over(base.ljust(SECTOR, b"\0"))[
                    first - start : last - start
                ]
        return bytes(found)

    def has_changed(self, offset: int, length: int) -> bool:
        """True when one of these bytes is in a sector with changes."""
        return any(
            number in self._sectors for number in range(offset // SECTOR, -(-(offset + length) // SECTOR))
        )

    def _sector(self, number: int) -> _Sector:
        if number not in self._sectors:
            if len(self._sectors) >= MOST_SECTORS:
                raise NotHandled(f"its log changes more than {MOST_SECTORS:,} sectors")
            self._sectors[number] = _Sector()
        return self._sectors[number]
