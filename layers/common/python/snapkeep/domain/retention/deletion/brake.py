"""The brake: how much one prune may delete before it must ask.

In a steady state new points push old ones out, each in its own lineage. A plan that deletes far more than
that is more likely a mistake in the config, a broken clock or an attack than intended, so the part that goes
too far is refused until somebody confirms it. The rest of the cluster is pruned as usual.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CLUSTER_SHARE = 5
"""Deletions that new points do not account for may reach one fifth (20 %) of a cluster's points; at least
1."""

SMALL_LINEAGE = 3
"""Deletions that new points do not account for may reach half of a lineage; 1 if it has this many points or
fewer. Points that new ones push out do not count towards its size: after days without a prune they may be
most of it."""

SMALL_CLUSTER = 3
"""One fifth of a few points is less than one, so one point per lineage may go, up to this many in all."""


@dataclass(frozen=True, slots=True)
class LineageChange:
    """What a plan does to one lineage.

    `points` counts its ready points, `new` those since the last prune. New points account for `excused`
    deletions (`turnover`); `beyond` names all others. With `claim_over` the lineage shrinks to its last
    points because the config says so (`after_claim_deleted`). `built_in` lineages hold on-demand and
    interruption backups.
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
        """Its points without those that new ones push out; limits are a share of these."""
        return self.points - self.excused

    @property
    def limit(self) -> int:
        """How many deletions are allowed that new points do not account for."""
        return 1 if self.room <= SMALL_LINEAGE else self.room // 2

    @property
    def goes_too_far(self) -> bool:
        """True if it loses more than its limit and its claim still counts."""
        return len(self.beyond) > self.limit and not self.claim_over


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which deletions (ids) are refused, if any, and why, with the figures; `lineages` names the lineages
    concerned."""

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
    """The verdict on a cluster's lineages; pass all of them, including those that lose nothing.

    A lineage that goes too far is refused by itself. If the others together still lose more than the cluster
    may, their deletions that new points do not account for are refused as well. On-demand backups do not
    raise the limit for scheduled ones.
    """
    given = list(changes)
    points, deletions = sum(item.points for item in given), sum(item.deletions for item in given)
    new = sum(item.new for item in given)
    too_far = [item for item in given if item.goes_too_far]
    figures = (
        f"{deletions} of {points} points would be deleted, {new} became ready since the last prune and "
        "account "
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
                f"(20 % of the cluster; in a small one, one point per lineage up to {SMALL_CLUSTER})"
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
    """How many points these lineages together may lose that new ones do not account for."""
    return max(1, sum(item.room for item in lineages) // CLUSTER_SHARE, min(len(lineages), SMALL_CLUSTER))


def _worst_of(too_far: Sequence[LineageChange]) -> str:
    worst = max(too_far, key=lambda item: (len(item.beyond) - item.limit, item.lineage))
    others = f"; {len(too_far)} lineages go too far" if len(too_far) > 1 else ""
    return (
        f"{worst.lineage} would lose {worst.deletions} of {worst.points}, {len(worst.beyond)} beyond its new "
        f"points, more than the {worst.limit} allowed (half of a lineage, 1 of a small one){others}"
    )


def token(cluster: str, names: Iterable[str]) -> str:
    """The token that confirms exactly these deletions; every other cluster or set of names has a different
    one."""
    text = json.dumps([cluster, sorted(names)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
