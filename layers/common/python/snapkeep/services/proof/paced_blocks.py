"""Reads blocks no faster than a pace, so that nobody else in the account is throttled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain.proof.blocks import Page
from snapkeep.ports.blocks import Blocks
from snapkeep.ports.clock import Clock


@dataclass(slots=True)
class PacedBlocks:
    """The port Blocks, at most `pace` blocks a second (no bursts), waiting with `pause`.

    AWS serves 1,000 reads a second in an account and Region, to everybody there, and lists far fewer calls
    than a check reads blocks.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
    """

    blocks: Blocks
    pace: int
    clock: Clock
    pause: Callable[[timedelta], None]
    _next: datetime | None = field(default=None, init=False)

    def listed(self, snapshot_id: str, first: int) -> Page:
        """As the port."""
        return self.blocks.listed(snapshot_id, first)

    def changed(self, before: str, snapshot_id: str, first: int = 0) -> Iterator[int]:
        """As the port."""
        return self.blocks.changed(before, snapshot_id, first)

    def read(self, snapshot_id: str, index: int, token: str) -> bytes:
        """As the port, when it is this block's turn."""
        now = self.clock()
        turn = max(now, self._next) if self._next else now
        self._next = turn + timedelta(seconds=1) / self.pace
        if turn > now:
            self.pause(turn - now)
        return self.blocks.read(snapshot_id, index, token)
