"""A snapshot as a volume that can be read anywhere: only the blocks that are asked for are fetched."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from snapkeep.domain.errors import TokenExpired, TooLarge
from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.ports.blocks import Blocks

KEPT = 64
"""Blocks that stay in memory: 32 MiB."""

KEPT_PAGES = 8
"""Pages of tokens that stay in memory, about 3 MB each."""


@dataclass(slots=True)
class Cost:
    """What reading a snapshot took: calls that list blocks, and blocks that were fetched."""

    listings: int = 0
    blocks: int = 0


@dataclass(slots=True)
class _Known:
    """The written blocks from `start` up to `end`, exclusive, with their tokens."""

    start: int
    end: int
    tokens: dict[int, str]


@dataclass(slots=True)
class SnapshotVolume:
    """The volume of a snapshot, of `size` bytes. Reading raises TooLarge after `most_blocks` of it were
    fetched, and what the port raises. `cost` may be shared with other volumes.

    A block that was never written is not listed, reads as zeros, and costs nothing.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-faq.html
    """

    blocks: Blocks
    snapshot_id: str
    size: int
    most_blocks: int
    cost: Cost = field(default_factory=Cost)
    _fetched: int = 0
    _known: list[_Known] = field(default_factory=list)
    _kept: OrderedDict[int, bytes] = field(default_factory=OrderedDict)

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, fewer than `length` only at the end of the volume."""
        end = min(offset + length, self.size)
        if offset < 0 or end <= offset:
            return b""
        return b"".join(self._parts(offset, end))

    def written(self, parts: Iterable[range] = ()) -> int:
        """How many bytes were ever written, in these ranges of blocks or everywhere; lists the blocks, and
        keeps none of them."""
        everywhere = (range(-(-self.size // BLOCK)),)
        counts = [self._written_in(part) for part in (tuple(parts) or everywhere)]
        return BLOCK * sum(counts)

    def _written_in(self, part: range) -> int:
        found, first = 0, part.start
        while first < part.stop:
            page = self._found(first) or self._page(first)
            found += sum(1 for index in page.tokens if first <= index < part.stop)
            first = page.end
        return found

    def _parts(self, offset: int, end: int) -> Iterator[bytes]:
        for index in range(offset // BLOCK, -(-end // BLOCK)):
            start = index * BLOCK
            first, last = max(offset, start) - start, min(end, start + BLOCK) - start
            token = self._token(index)
            yield self._block(index, token)[first:last] if token else bytes(last - first)

    def _token(self, index: int) -> str:
        """The token of a block, "" for one that was never written."""
        return self._listed(index).tokens.get(index, "")

    def _listed(self, index: int) -> _Known:
        known = self._found(index) or self._page(index)
        others = [each for each in self._known if each is not known]
        self._known = [*others[1 - KEPT_PAGES :], known]
        return known

    def _found(self, index: int) -> _Known | None:
        return next((each for each in self._known if each.start <= index < each.end), None)

    def _page(self, index: int) -> _Known:
        page = self.blocks.listed(self.snapshot_id, index)
        self.cost.listings += 1
        end = -(-self.size // BLOCK) if page.is_last else max(page.end, index + 1)
        return _Known(index, end, dict(page.tokens))

    def _block(self, index: int, token: str) -> bytes:
        if index in self._kept:
            self._kept.move_to_end(index)
            return self._kept[index]
        if self._fetched >= self.most_blocks:
            raise TooLarge(
                f"{self.snapshot_id}: more than {self.most_blocks:,} blocks of {BLOCK // 1024} KiB are needed"
            )
        self._fetched += 1
        self.cost.blocks += 1
        try:
            found = self.blocks.read(self.snapshot_id, index, token)
        except TokenExpired:
            self._known.clear()
            found = self.blocks.read(self.snapshot_id, index, self._token(index))
        self._kept[index] = found
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
