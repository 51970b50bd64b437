"""The brake: how much one prune may delete before it must ask.

In a steady state about as many points go as came. A plan that deletes far beyond that is more likely
a slip in the config, a broken clock or an attack than a wish, so it stops and asks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

CLUSTER_SHARE = 5
"""One fifth (20 %) of a cluster's points may go beyond what came; 1 in any case."""

SMALL_LINEAGE = 3
"""Half of a lineage may go beyond what came; of one with this many points or fewer: 1."""

SMALL_CLUSTER = 3
"""One fifth of a few points is none: one point of each lineage may go, up to this many in all."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a plan does to one lineage: its ready points, how many of them are new, how many go.

    `pushed` of the deletions happen only because the new points came (`turnover`). A lineage whose
    claim is over (`after_claim_deleted`) shrinks to its last points because the config says so.
    """

    lineage: str
    points: int
    new: int
    deletions: int
    pushed: int = 0
    claim_over: bool = False

    @property
    def came(self) -> int:
        """Deletions that the new points account for."""
        return max(self.new, self.pushed)

    @property
    def beyond(self) -> int:
        """Deletions beyond what came."""
        return max(0, self.deletions - self.came)

    @property
    def limit(self) -> int:
        """How many of them are allowed."""
        return 1 if self.points <= SMALL_LINEAGE else self.points // 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the plan of a cluster may go on, with the figures in words; `lineages` went too far."""

    braked: bool
    reason: str
    points: int = 0
    new: int = 0
    deletions: int = 0
    lineages: tuple[str, ...] = ()


def judge(loads: Iterable[Load]) -> Verdict:
    """The verdict over a cluster's lineages; lineages without deletions belong in it, too."""
    points = new = deletions = came = lineages = 0
    too_far: list[Load] = []
    for load in loads:
        points, new, deletions = points + load.points, new + load.new, deletions + load.deletions
        came, lineages = came + load.came, lineages + 1
        if load.beyond > load.limit and not load.claim_over:
            too_far.append(load)
    allowed = max(1, points // CLUSTER_SHARE, min(lineages, SMALL_CLUSTER))
    beyond = max(0, deletions - came)
    figures = f"{deletions} of {points} points would go, {new} became ready since the last prune"
    if came > new:
        figures += f" and push out {came}"
    names = tuple(load.lineage for load in too_far)
    if beyond > allowed:
        reason = (
            f"{figures}: {beyond} beyond them, more than the {allowed} allowed (20 % of the cluster, in a "
            f"small one a point of each lineage up to {SMALL_CLUSTER})"
        )
        return Verdict(True, reason, points, new, deletions, names)
    if too_far:
        worst = max(too_far, key=lambda load: (load.beyond - load.limit, load.lineage))
        reason = (
            f"{figures}: {worst.deletions} of the {worst.points} points of {worst.lineage} would go and "
            f"{worst.came} because new ones came, more than the {worst.limit} allowed beyond them (half of "
            f"a lineage, 1 of a small one); {len(too_far)} lineages go too far"
        )
        return Verdict(True, reason, points, new, deletions, names)
    return Verdict(False, figures, points, new, deletions)


def token(cluster: str, snapshot_ids: Iterable[str]) -> str:
    """What confirms exactly this plan: it differs for every other cluster and every other set of ids."""
    text = json.dumps([cluster, sorted(snapshot_ids)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
