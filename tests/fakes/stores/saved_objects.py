"""In-memory records of saved objects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from snapkeep.domain.objects.manifests import Subject
from snapkeep.domain.objects.saved import Saved
from tests.fakes.faults import Faults


class MemorySavedObjects(Faults):
    """The port SavedObjects in a dict; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.records: dict[tuple[str, str, str], Saved] = {}
        self.leases: dict[tuple[str, str, str], tuple[str, datetime]] = {}

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

    def lease_saving(self, subject: Subject, owner: str, until: datetime, now: datetime) -> bool:
        self._before("lease_saving")
        key = (subject.cluster, subject.run, subject.namespace)
        holder, ends = self.leases.get(key, (owner, now))
        if holder != owner and ends > now:
            return False
        self.leases[key] = (owner, until)
        self._after("lease_saving")
        return True

    def release_saving(self, subject: Subject, owner: str) -> None:
        self._before("release_saving")
        key = (subject.cluster, subject.run, subject.namespace)
        if self.leases.get(key, ("", None))[0] == owner:
            del self.leases[key]
        self._after("release_saving")
