"""Which volumes of a dying node to snapshot, and which first if there is no time for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from snapkeep.domain.backup.sharing import holders_of, in_words_of
from snapkeep.domain.claims import Claim
from snapkeep.domain.interruption.rules import Snapshotting

FRESH = timedelta(minutes=5)
"""Another notice within this time of the last save takes no further snapshots."""

NEVER_BEFORE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Missed:
    """A volume that is not snapshotted, its claim if any, and why."""

    volume: str
    claim: str
    reason: str


@dataclass(frozen=True)
class SavePlan:
    """The claims whose volumes to snapshot, and the volumes that are not snapshotted."""

    claims: tuple[Claim, ...]
    missed: tuple[Missed, ...]

    def missed_by_volume(self) -> dict[str, str]:
        """The reason by volume; it names each of the claims that share a volume."""
        found: dict[str, list[Missed]] = defaultdict(list)
        for each in self.missed:
            found[each.volume].append(each)
        return {volume: _joined(missed) for volume, missed in found.items()}

    def shared(self) -> Iterator[tuple[Claim, str]]:
        """The claims that share their volume with another claim of the plan, and a sentence about it."""
        holders = holders_of(self.claims)
        for claim in self.claims:
            if claim.volume and (text := in_words_of(holders, claim.volume.handle, claim.uid)):
                yield claim, text


def plan_save(
    volumes: Sequence[str], claims: Iterable[Claim], protected: Mapping[str, bool], rule: Snapshotting
) -> SavePlan:
    """Which of an instance's data volumes to snapshot.

    `claims` are those of its pods; `protected` says by claim UID whether a policy backs up the claim.
    """
    on: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.volume and claim.volume.kind.is_ebs:
            on[claim.volume.handle].append(claim)
    chosen: list[Claim] = []
    missed: list[Missed] = []
    for volume in volumes:
        users: Sequence[Claim | None] = on[volume] or (None,)
        for one in users:
            reason = _why_not(one, rule, protected)
            if one and not reason:
                chosen.append(one)
            else:
                missed.append(Missed(volume, str(one or ""), reason))
    return SavePlan(tuple(chosen), tuple(missed))


def in_order_of_need(claims: Iterable[Claim], last_good: Mapping[str, datetime]) -> tuple[Claim, ...]:
    """Claims without a good recovery point first, then those with the oldest; `last_good` is by claim UID."""
    return tuple(sorted(claims, key=lambda claim: (last_good.get(claim.uid, NEVER_BEFORE), str(claim))))


def _why_not(claim: Claim | None, rule: Snapshotting, protected: Mapping[str, bool]) -> str:
    if claim is None:
        return "no pod on the node uses it through a claim"
    if rule is Snapshotting.NEVER:
        return "the rules say snapshot: never"
    if rule is Snapshotting.PROTECTED and not protected.get(claim.uid):
        return "no policy backs up the claim (snapshot: protected)"
    return ""


def _joined(missed: Sequence[Missed]) -> str:
    if len(missed) == 1:
        return missed[0].reason
    return "; ".join(f"{each.claim}: {each.reason}" for each in missed)
