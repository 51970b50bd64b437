"""Troubles of a place, as they are found in one turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from snapkeep.domain.copies.copies import Copy, CopyState, Source
from snapkeep.domain.copies.view.lateness import lineage_name
from snapkeep.services.copies.place_copies import PlaceCopies

ClaimKey = tuple[str, str, str]
"""A claim under a policy: cluster, UID or name, policy."""


@dataclass(slots=True)
class Found:
    """Troubles of one kind by cluster: subject to reason.

    Those in `at_once` (subjects, by cluster) have lasted long enough by what EC2 shows; the others are told
    once they have been found for as long.
    """

    by_cluster: dict[str, dict[str, str]] = field(default_factory=dict)
    at_once: dict[str, set[str]] = field(default_factory=dict)

    def add(self, cluster: str, subject: str, reason: str, *, at_once: bool = False) -> None:
        """Add one, instead of what was found about the subject before."""
        self.by_cluster.setdefault(cluster, {})[subject] = reason
        if at_once:
            self.at_once.setdefault(cluster, set()).add(subject)

    def add_all(self, others: Found) -> None:
        """Add others, instead of what was found about their subjects before."""
        for cluster, reasons in others.by_cluster.items():
            for subject, reason in reasons.items():
                at_once = subject in others.at_once.get(cluster, ())
                self.add(cluster, subject, reason, at_once=at_once)

    def leave_to(self, others: Found) -> None:
        """Take out the subjects of another kind, which says why."""
        for cluster, subjects in others.by_cluster.items():
            for subject in subjects:
                self.by_cluster.get(cluster, {}).pop(subject, None)


def subject_of(item: Source | Copy) -> str:
    """What people know a claim under a policy by."""
    return lineage_name(item.claim.namespace, item.claim.name, item.policy)


def newest_ready(listed: PlaceCopies, key_of: Callable[[Copy], ClaimKey]) -> Mapping[ClaimKey, datetime]:
    """When the data of each claim's newest ready copy was taken."""
    newest: dict[ClaimKey, datetime] = {}
    for copy in listed.copies:
        if copy.state is CopyState.READY and not copy.duplicate:
            key = key_of(copy)
            newest[key] = max(newest.get(key, copy.taken), copy.taken)
    return newest


def by_uid(item: Source | Copy) -> ClaimKey:
    """The key of a claim that two claims of one name do not share."""
    return item.claim.cluster, item.claim.uid, item.policy


def by_name(copy: Copy) -> ClaimKey:
    """The key of a claim as records have it, which know no UID."""
    return copy.claim.cluster, f"{copy.claim.namespace}/{copy.claim.name}", copy.policy


def to_second(time: datetime) -> datetime:
    """A time as the tags of copies have it."""
    return time.replace(microsecond=0)
