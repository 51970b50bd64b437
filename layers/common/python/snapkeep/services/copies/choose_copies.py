"""Chooses what to copy to a place next, from the ready points of the policies that ask for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import Copy, Source, read_source
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyRecord
from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.copies.wanted import Reasoned, choose
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.services.copies.place_copies import PlaceCopies, PointKey
from snapkeep.services.copies.planned_claims import PlannedClaims

T = TypeVar("T", Source, Copy)
Lineage = tuple[str, str, str]
"""Cluster, claim (UID) and policy."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A point to be copied, and the policy whose rule asks for it."""

    source: Source
    rule: str

    @property
    def key(self) -> PointKey:
        """The point, as records name it."""
        return self.source.claim.cluster, self.source.point_id

    @property
    def subject(self) -> str:
        """The copy's name for people."""
        claim = self.source.claim
        return f"{claim.namespace}/{claim.name} ({self.source.policy}, {self.source.point_id})"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the rules want at a place, and the ready points it was chosen from, by cluster and policy.

    `unclear` are points that several snapshots claim to be, with what to do about them.
    """

    wanted: Sequence[Wanted]
    sources: Mapping[tuple[str, str], Sequence[Source]]
    passed_over: int = 0
    unclear: Sequence[Reasoned] = ()


@dataclass(frozen=True, slots=True)
class ChooseCopies:
    """Chooses for one place at a time; `snapshots` are those of the home Region."""

    deployment: Deployment
    snapshots: Snapshots
    planned: PlannedClaims
    clock: Clock

    def run(self, place: Place, listed: PlaceCopies, begun: Iterable[CopyRecord]) -> Chosen:
        """What the rules of all policies want at a place; nothing for one that retires.

        `begun` are the records of copies in progress. Points whose copies failed stay wanted: an older point
        would most likely fail for the same reason.
        """
        under_way = {record.point_id for record in begun}
        there = _by_lineage(listed.copies)
        wanted: dict[PointKey, Wanted] = {}
        found: dict[tuple[str, str], Sequence[Source]] = {}
        passed_over = 0
        unclear: list[Reasoned] = []
        for policy, rule, cluster in self._rules(place):
            zone = ZoneInfo(policy.schedule.timezone)
            points = self._points(cluster, policy.name)
            if points:
                found[cluster, policy.name] = points
            copied = {uid for (name, uid, of), _ in there.items() if (name, of) == (cluster, policy.name)}
            points = [*points, *self._built_in(cluster, policy, rule, points, copied)]
            for lineage, sources in _by_lineage(points).items():
                copies = there.get(lineage, ())
                choice = choose(sources, copies, rule, zone, self.clock(), under_way=under_way)
                passed_over += len(choice.passed_over)
                unclear += choice.unclear
                for item in choice.wanted:
                    each = Wanted(item.source, policy.name)
                    wanted.setdefault(each.key, each)
        return Chosen(list(wanted.values()), found, passed_over, unclear)

    def asked(self, place: Place, records: Iterable[CopyRecord]) -> list[Wanted]:
        """What people asked for and can be copied, whatever the rules want."""
        some = [] if place.retire else list(records)
        snapshots = self.snapshots.get_many([record.source for record in some]) if some else {}
        found = ((record, snapshots.get(record.source)) for record in some)
        sources = ((record, read_source(snapshot)) for record, snapshot in found if snapshot)
        return [Wanted(source, record.rule) for record, source in sources if source]

    def _built_in(
        self, cluster: str, policy: Policy, rule: CopyRule, points: Sequence[Source], copied: Collection[str]
    ) -> list[Source]:
        """The points under built-in policies that the rule names, of the policy's claims: those with points
        or copies of it, those whose points of it failed, and new ones that it selects."""
        found = [source for name in rule.also for source in self._points(cluster, name)]
        claims = {source.claim.uid for source in points} | set(copied)
        if any(source.claim.uid not in claims for source in found):
            claims |= self.planned.claims(cluster, policy)
            unknown = [source for source in found if source.claim.uid not in claims]
            claims |= self.planned.new_claims(cluster, policy, unknown)
        return [source for source in found if source.claim.uid in claims]

    def _rules(self, place: Place) -> Iterator[tuple[Policy, CopyRule, str]]:
        """The rules that copy to a place, with their policies and clusters."""
        for policy in self.deployment.policies if not place.retire else ():
            for rule in policy.copies:
                if rule.to == place.name:
                    yield from ((policy, rule, cluster) for cluster in policy.clusters)

    def _points(self, cluster: str, policy: str) -> list[Source]:
        """The ready points of a policy in a cluster, as EC2 shows them."""
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster, tags.POLICY: policy}
        sources = (read_source(snapshot) for snapshot in self.snapshots.find(wanted))
        return [source for source in sources if source is not None]


def _by_lineage(found: Iterable[T]) -> dict[Lineage, list[T]]:
    """Points or copies by cluster, claim (UID) and policy."""
    lineages: dict[Lineage, list[T]] = {}
    for each in found:
        lineages.setdefault((each.claim.cluster, each.claim.uid, each.policy), []).append(each)
    return lineages
