"""What was seen in a recovery point, without judging it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Look:
    """What a point's blocks say. Sizes are bytes.

    `contents` is the format, such as `xfs`. `names` are those in the root directory. `transactions` is how
    many the log held that were not yet in their places, `log_trouble` why they could not be replayed: then
    the newest changes were not seen. `errors` says what the kernel had recorded.

    `expected` has the paths that the policy expects, each with its size, or None where nothing is. `written`
    is how much of the volume was ever written, `changed` how much of that differs from the point that it is
    compared with; None without one. Of a volume that is too large to list, both are about a sample of
    `sampled` bytes; 0 means all.
    """

    contents: str
    volume_size: int
    size: int = 0
    free: int = 0
    uuid: str = ""
    label: str = ""
    names: tuple[str, ...] = ()
    transactions: int = 0
    log_trouble: str = ""
    errors: str = ""
    expected: Mapping[str, int | None] = field(default_factory=dict)
    written: int = 0
    changed: int | None = None
    sampled: int = 0

    @property
    def used(self) -> int:
        """How many bytes files and their index take."""
        return self.size - self.free


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why a point was not looked into: what it holds is no file system that can be read, or it may not be.

    `detail` is what AWS says, "" for nothing. `by_contents` says that its blocks were read, and that only
    what they hold is the reason.
    """

    reason: str
    detail: str = ""
    by_contents: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """What a point holds contradicts itself, so that nothing could be read."""

    reason: str


Seen = Look | Unseen | Broken
