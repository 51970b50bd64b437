"""Claims that need no backup because the config accepts it, with a reason and perhaps an end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What needs no backup, and why.

    `namespace` and `claim` are globs; storage outside claims is named `pod:volume`. `until` is the last day
    (ISO 8601, UTC) on which it applies, "" for no end. Empty `clusters` mean all.
    """

    namespace: str
    reason: str
    claim: str = "*"
    until: str = ""
    clusters: tuple[str, ...] = ()

    def covers(self, cluster: str, namespace: str, claim: str) -> bool:
        """True if it names that claim, whether or not it has ended."""
        return (
            (not self.clusters or cluster in self.clusters)
            and fnmatchcase(namespace, self.namespace)
            and fnmatchcase(claim, self.claim)
        )

    def has_ended(self, now: datetime) -> bool:
        """True after its last day."""
        return bool(self.until) and f"{now.astimezone(UTC):%Y-%m-%d}" > self.until


def acceptance_of(item: Mapping[str, Any]) -> Acceptance:
    """An acceptance as the deployment's document holds it."""
    return Acceptance(**dict(item, clusters=tuple(item["clusters"])))


def find_acceptance(
    accepted: Iterable[Acceptance], cluster: str, namespace: str, claim: str, now: datetime
) -> Acceptance | None:
    """The acceptance of a claim: the first that still applies, else the one that ended last."""
    found = [item for item in accepted if item.covers(cluster, namespace, claim)]
    holding = next((item for item in found if not item.has_ended(now)), None)
    return holding or max(found, key=lambda item: item.until, default=None)
