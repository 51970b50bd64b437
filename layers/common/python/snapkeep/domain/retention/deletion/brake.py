"""The brake: how much one prune may delete before it must ask.

In a steady state new points push old ones out, each in its own lineage. A plan that deletes far beyond
that is more likely a slip in the config, a broken clock or an attack than a wish, so the part of it
that goes too far is refused until somebody confirms it. The rest of the cluster goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CLUSTER_SHARE = 5
"""One fifth (20 %) of a cluster's points may go beyond what new ones account for; 1 in any case."""

SMALL_LINEAGE = 3
"""Half of a lineage may go beyond that; of one with this many points or fewer: 1. Points that new ones push
out give no room to lose more: after days without a prune they may be most of it."""

SMALL_CLUSTER = 3
"""One fifth of a few points is none: one point of each lineage may go, up to this many in all."""


@dataclass(frozen=True, slots=True)
class LineageChange:
    """What a plan does to one lineage.

    `points` counts its ready points, `new` those since the last prune. New points account for `excused`
    deletions (`turnover`); `beyond` names all others. A lineage whose claim is over
    (`after_claim_deleted`) shrinks to its last points because the config says so. `built_in` ones hold what
    people and interruptions ask for.
    """

    lineage: str
    points: int
    new: int = 0
    excused: int = 0
    beyond: tuple[str, ...] = ()
    claim_over: bool = False
    built_in: bool = False

    @property
    def deletions(self) -> int:
        """All ready points of the lineage that the plan deletes."""
        return self.excused + len(self.beyond)

    @property
    def room(self) -> int:
        """Its points without those that new ones push out: what limits are a share of."""
        return self.points - self.excused

    @property
    def limit(self) -> int:
        """How many may go beyond what new points account for."""
        return 1 if self.room <= SMALL_LINEAGE else self.room // 2

    @property
    def goes_too_far(self) -> bool:
        """True when it loses more than its limit, and its claim still counts."""
        return len(self.beyond) > self.limit and not self.claim_over


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which deletions (ids) are refused, if any, and why, with the figures; `lineages` lose them."""

    reason: str
    points: int = 0
    new: int = 0
    deletions: int = 0
    refused: tuple[str, ...] = ()
    lineages: tuple[str, ...] = ()

    @property
    def braked(self) -> bool:
        """True when anything is refused."""
        return bool(self.refused)


def judge(changes: Iterable[LineageChange]) -> Verdict:
    """The verdict over a cluster's lineages; those that lose nothing belong in it, too.

    A lineage that goes too far is refused by itself. If the others together still lose more than the
    cluster may, all that goes beyond their new points is refused as well. Backups that somebody just asks for
    do not widen what may go of scheduled ones.
    """
    given = list(changes)
    points, deletions = sum(item.points for item in given), sum(item.deletions for item in given)
    new = sum(item.new for item in given)
    too_far = [item for item in given if item.goes_too_far]
    figures = (
        f"{deletions} of {points} points would go, {new} became ready since the last prune and account "
        f"for {sum(item.excused for item in given)}"
    )
    reasons = [figures]
    if too_far:
        reasons.append(_worst_of(too_far))
    for among in ([item for item in given if not item.built_in], given):
        refused = set(map(id, too_far))
        rest = [item for item in among if item.beyond and id(item) not in refused]
        beyond, allowed = sum(len(item.beyond) for item in rest), _allowed(among)
        if beyond > allowed:
            reasons.append(
                f"{beyond} beyond them{' elsewhere' if too_far else ''}, more than the {allowed} allowed "
                f"(20 % of the cluster, in a small one a point of each lineage up to {SMALL_CLUSTER})"
            )
            too_far += rest
    return Verdict(
        reason=": ".join(reasons[:2]) + "".join(f"; {reason}" for reason in reasons[2:]),
        points=points,
        new=new,
        deletions=deletions,
        refused=tuple(name for item in too_far for name in item.beyond),
        lineages=tuple(item.lineage for item in too_far),
    )


def _allowed(lineages: Sequence[LineageChange]) -> int:
    """How many points these lineages may lose together beyond what new ones account for."""
    return max(1, sum(item.room for item in lineages) // CLUSTER_SHARE, min(len(lineages), SMALL_CLUSTER))


def _worst_of(too_far: Sequence[LineageChange]) -> str:
    worst = max(too_far, key=lambda item: (len(item.beyond) - item.limit, item.lineage))
    others = f"; {len(too_far)} lineages go too far" if len(too_far) > 1 else ""
    return (
        f"{worst.lineage} would lose {worst.deletions} of {worst.points}, {len(worst.beyond)} beyond its new "
        f"points, more than the {worst.limit} allowed (half of a lineage, 1 of a small one){others}"
    )


def token(cluster: str, names: Iterable[str]) -> str:
    """What confirms exactly these deletions: it differs for every other cluster and every other set."""
    text = json.dumps([cluster, sorted(names)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
