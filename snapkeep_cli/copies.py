"""What the copy rules of a config mean, in words."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from snapkeep.domain.copies.lineages import rule_to, spaced
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.periods import day_of, week_of
from snapkeep.domain.retention.rules import parse_retention
from snapkeep_cli.locks import lock_lines, shortest_distance
from snapkeep_cli.upcoming import Preview


@dataclass(frozen=True, slots=True)
class PlannedCopies:
    """How many copies of each claim a policy's runs lead to in a place."""

    policy: str
    place: str
    region: str
    every: str
    of_each_claim: int

    def __str__(self) -> str:
        copies = "1 copy" if self.of_each_claim == 1 else f"{self.of_each_claim} copies"
        return f"copies: {self.policy} to {self.place} ({self.region}), {self.every}: {copies} of each claim"

    def document(self) -> dict[str, object]:
        """As JSON shows it."""
        return asdict(self)


def copies_in_words(policy: Policy, deployment: Deployment) -> Iterator[str]:
    """Lines about the policy's copies; none if it has none. Notes warn of what is probably a mistake."""
    for rule in policy.copies:
        place = deployment.place(rule.to)
        if place is None:
            continue
        also = f", and points of {' and '.join(rule.also)}" if rule.also else ""
        how = f"{in_words(rule.every)}{also}; {_keeping(rule, place)}"
        yield f"copies to {place.name} ({where_is(place)}): {how}"
        if place.retire:
            yield (
                f"note: {place.name} retires: no more copies; those there expire by their retention. Keep it "
                "in the file until none is left: nothing prunes copies in a place that the file does not name"
            )
        if not place.is_vault:
            yield from _lock(policy, rule)


def places_in_words(deployment: Deployment) -> Iterator[str]:
    """A line for each place to which nothing is copied."""
    for place in deployment.places:
        if not any(rule_to(policy, place.name) for policy in deployment.policies):
            stay = "" if place.is_vault else ", and copies there stay forever"
            yield f"note: no policy copies to {place.name} ({where_is(place)}){stay}"


def loans_in_words(deployment: Deployment) -> Iterator[str]:
    """A line about whose lent copies may be borrowed; none without any."""
    if deployment.borrow:
        lenders = ", ".join(deployment.borrow.lenders)
        yield f"loans: from account {lenders}, copied under {deployment.borrow.kms_key}; nothing prunes these"


def where_is(place: Place) -> str:
    """The Region of a place, and the account of a vault, for people."""
    return f"{place.region} of account {place.account}" if place.is_vault else place.region


def _keeping(rule: CopyRule, place: Place) -> str:
    """How long copies stay, for people."""
    if place.is_vault:
        return "the vault says how long they stay"
    return "keep " + ", ".join(f"{name} {amount}" for name, amount in rule.retention.items())


def planned_copies(found: Preview, deployment: Deployment) -> Iterator[PlannedCopies]:
    """The copies that these runs lead to, by policy and place, in the order of the file."""
    for policy in deployment.policies:
        slots = {run.slot for run in found.runs if run.policy.name == policy.name}
        for rule in policy.copies:
            place = deployment.place(rule.to)
            if place is not None and not place.retire and slots:
                yield _planned(policy, rule, place, slots)


def _planned(policy: Policy, rule: CopyRule, place: Place, slots: Iterable[datetime]) -> PlannedCopies:
    zone = ZoneInfo(policy.schedule.timezone)
    periods = {_period(slot.astimezone(zone), rule.every) for slot in slots}
    number = len(periods) // rule.every.number
    return PlannedCopies(policy.name, place.name, place.region, in_words(rule.every), number)


def _period(local: datetime, every: Every) -> Hashable:
    if every.period is Period.SLOT:
        return local
    return day_of(local) if every.period is Period.DAY else week_of(local)


def in_words(every: Every) -> str:
    """How often a point is copied, for people."""
    if every.number > 1:
        return f"one of every {every.number} points"
    return "every point" if every.period is Period.SLOT else f"one point a {every.period}"


def _lock(policy: Policy, rule: CopyRule) -> Iterable[str]:
    distance = shortest_distance(policy.schedule)
    retention = PolicyRetention(parse_retention(rule.retention), spacing=distance or timedelta())
    spacing = spaced(retention, rule.every).spacing or None
    return lock_lines(rule.lock, retention.rules, spacing, "copy")
