"""In-memory records of saved objects."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.objects.saved import Saved
from tests.fakes.faults import Faults


class MemorySavedObjects(Faults):
    """The port SavedObjects in a dict; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.records: dict[tuple[str, str, str], Saved] = {}

    def write_saved(self, saved: Saved) -> None:
        self._before("write_saved")
        subject = saved.subject
        self.records[(subject.cluster, subject.run, subject.namespace)] = saved
        self._after("write_saved")

    def saved_of(self, cluster: str, run_id: str) -> Iterator[Saved]:
        self._before("saved_of")
        yield from [saved for key, saved in sorted(self.records.items()) if key[:2] == (cluster, run_id)]

    def newest_saved(self, cluster: str, policy: str) -> Iterator[Saved]:
        self._before("newest_saved")
        prefix = f"{cluster}.{policy}."
        found = [key for key in self.records if key[0] == cluster and key[1].startswith(prefix)]
        yield from [self.records[key] for key in sorted(found, reverse=True)]

    def all_saved(self, cluster: str) -> Iterator[Saved]:
        self._before("all_saved")
        yield from [saved for key, saved in sorted(self.records.items()) if key[0] == cluster]

    def drop_saved(self, saved: Saved) -> None:
        self._before("drop_saved")
        subject = saved.subject
        self.records.pop((subject.cluster, subject.run, subject.namespace), None)
        self._after("drop_saved")
