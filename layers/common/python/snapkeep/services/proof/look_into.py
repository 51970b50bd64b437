"""Looks into one point: what its file system says, what its root holds, and whether expected files exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile

from snapkeep.domain.errors import (
    BrokenVolume,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    UnknownVolume,
)
from snapkeep.domain.naming import one_line
from snapkeep.domain.points import Snapshot
from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.domain.proof.looks import Broken, Look, Seen, Unseen
from snapkeep.domain.proof.samples import counted, sampled
from snapkeep.ports.blocks import Blocks
from snapkeep.ports.filesystems import FileSystem, FileSystems
from snapkeep.services.proof.snapshot_volume import Cost, SnapshotVolume

MOST_BLOCKS = 600
"""Blocks that one look may fetch, 300 MiB; a log of 64 MiB takes 128."""

MOST_NAMES = 200
"""Names in the root that are remembered."""

MOST_OF_NAMES = 16 * 1024
"""Characters of all these names together: whoever writes to a volume could fill the journal with them."""


@dataclass(frozen=True, slots=True)
class LookInto:
    """Reads the blocks of points; never writes anything. `counts` says whether it also lists all blocks, to
    say how much was written and has changed."""

    blocks: Blocks
    file_systems: FileSystems
    counts: bool = True

    def run(
        self, snapshot: Snapshot, expect: Iterable[str], base: str = "", cost: Cost | None = None
    ) -> Seen:
        """What is in the point of a snapshot. `expect` are absolute paths, `base` is the snapshot (id) of the
        point that it is compared with. `cost` counts the calls.

        Raises TemporaryError for what may work later.
        """
        volume = SnapshotVolume(
            self.blocks, snapshot.id, snapshot.size_bytes, MOST_BLOCKS, cost if cost is not None else Cost()
        )
        try:
            return self._look(volume, snapshot, tuple(expect), base)
        except Forbidden as error:
            which = (
                f"key {snapshot.key} does not let check_points read it" if snapshot.key else "AWS refuses it"
            )
            return Unseen(which, error.reason)
        except UnknownVolume as error:
            return Unseen(error.reason, by_contents=True)
        except (NotFound, TooLarge) as error:
            return Unseen(error.reason)
        except BrokenVolume as error:
            return Broken(error.reason)

    def _look(self, volume: SnapshotVolume, snapshot: Snapshot, expect: tuple[str, ...], base: str) -> Seen:
        opened = self.file_systems.open(volume)
        facts = opened.facts
        return Look(
            contents=facts.contents,
            volume_size=snapshot.size_bytes,
            size=facts.size,
            free=facts.free,
            uuid=facts.uuid,
            label=one_line(facts.label),
            names=tuple(sorted(_some(each.name for each in opened.entries("/")))),
            transactions=facts.transactions,
            log_trouble=facts.log_trouble,
            errors=facts.errors,
            expected=_sizes(opened, expect),
            written=volume.written(counted(volume.size)) if self.counts else 0,
            changed=self._changed(base, snapshot.id, counted(volume.size)),
            sampled=sampled(volume.size) if self.counts else 0,
        )

    def _changed(self, base: str, snapshot_id: str, parts: Iterable[range]) -> int | None:
        """How many bytes in these ranges of blocks have changed since another snapshot; None when that is
        unknown."""
        if not base:
            return None
        try:
            return BLOCK * sum(self._changed_in(base, snapshot_id, part) for part in parts)
        except (Invalid, NotFound, Forbidden):
            return None

    def _changed_in(self, base: str, snapshot_id: str, part: range) -> int:
        found = self.blocks.changed(base, snapshot_id, part.start)
        return sum(1 for _ in takewhile(lambda index: index < part.stop, found))


def _some(names: Iterable[str]) -> Iterator[str]:
    """The first names, as people can be shown them."""
    room = MOST_OF_NAMES
    for name in map(one_line, islice(names, MOST_NAMES)):
        room -= len(name)
        if room < 0:
            return
        yield name


def _sizes(opened: FileSystem, paths: tuple[str, ...]) -> Mapping[str, int | None]:
    entries = {path: opened.entry(path) for path in paths}
    return {path: entry.size if entry else None for path, entry in entries.items()}
