"""The demo does not trust prune either: each check compares its words with what EC2 shows.

`before` and `after` are EC2 listings by id that the demo took itself. The demo works out a second time what
retention should keep, by the plainest reading of restic's count rules: the newest point of each period, for
as many periods as the rule says, and the oldest point while there are fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from datetime import datetime, timedelta, tzinfo

from sandbox.demo.facts import LiveSnapshot, PruneFact
from sandbox.demo.verify import NEEDED_TAGS
from snapkeep.domain import tags
from snapkeep.domain.policies import ON_DEMAND
from snapkeep.domain.times import compact

Listing = Mapping[str, LiveSnapshot]

SOON = timedelta(minutes=1)
"""In the demo a snapshot starts this soon after its slot."""

PERIODS: Mapping[str, Callable[[datetime], object]] = {
    "last": lambda local: local,
    "hourly": lambda local: (local.date(), local.hour, local.utcoffset()),
    "daily": lambda local: local.date(),
    "weekly": lambda local: local.isocalendar()[:2],
    "monthly": lambda local: (local.year, local.month),
    "yearly": lambda local: local.year,
}


def past(listing: Listing, real: LiveSnapshot, slots: list[datetime]) -> list[str]:
    """What is wrong with the simulated past: every slot should have one complete, whole snapshot."""
    found = {snapshot.tags.get(tags.SLOT): snapshot for snapshot in lineage(listing, real).values()}
    wrong = []
    for slot in slots:
        snapshot = found.get(compact(slot))
        if snapshot is None:
            wrong.append(f"EC2 has no snapshot of slot {compact(slot)}")
        elif snapshot.state != "completed" or any(key not in snapshot.tags for key in NEEDED_TAGS):
            wrong.append(f"snapshot {snapshot.id} of slot {compact(slot)} is not complete")
        elif not slot <= snapshot.started_at < slot + SOON:
            wrong.append(f"snapshot {snapshot.id} started at {snapshot.started_at}, not at {slot}")
    return wrong


def unchanged(before: Listing, after: Listing, doing: str) -> list[str]:
    """What appeared or disappeared although `doing` should change nothing."""
    changed = sorted(set(before) ^ set(after))
    return [f"{doing} changed {len(changed)} snapshots in EC2, such as {changed[0]}"] if changed else []


def pruned(
    before: Listing, after: Listing, everything: Set[str], planned: PruneFact, done: PruneFact
) -> list[str]:
    """Whether EC2 lost exactly what the plan named, and whether the plan matched the dry run.

    `everything` holds the ids of an unfiltered listing: a snapshot that merely lost its tags is not gone.
    """
    hidden = (set(done.delete) & everything) - set(after)
    return [
        *_went(before, after, done),
        *(f"{found} lost its tags, but EC2 still has it" for found in sorted(hidden)),
        *_like_the_rehearsal(planned, done),
        *_last_ones(before, after),
    ]


def by_the_rules(
    before: Listing, after: Listing, real: LiveSnapshot, rules: Mapping[str, int | str], zone: tzinfo
) -> list[str]:
    """Whether EC2 still holds exactly what the rules keep of the lineage."""
    expected = kept_by_counts(lineage(before, real), rules, zone)
    if expected is None:
        return []
    left = set(lineage(after, real))
    wrong = [f"EC2 still has {snapshot_id}, which no rule keeps" for snapshot_id in sorted(left - expected)]
    return wrong + [f"{snapshot_id} is gone, but a rule keeps it" for snapshot_id in sorted(expected - left)]


def refused(before: Listing, after: Listing, said: PruneFact) -> list[str]:
    """Whether the brake held: it said so, offered a confirmation token, and EC2 lost nothing."""
    wrong = unchanged(before, after, "a refused prune")
    if said.delete or not said.held:
        wrong.append(f"the brake held {len(said.held)} deletions and let {len(said.delete)} through")
    if not said.confirm:
        wrong.append("the refusal does not name the token that confirms it")
    return wrong


def would_delete(
    before: Listing, said: PruneFact, real: LiveSnapshot, rules: Mapping[str, int | str], zone: tzinfo
) -> list[str]:
    """Whether the refused plan was the dangerous one: the whole lineage except what these rules keep."""
    points = lineage(before, real)
    doomed = set(points) - (kept_by_counts(points, rules, zone) or set(points))
    if doomed and doomed == said.held:
        return []
    return [f"the brake refused {len(said.held)} deletions, expected {len(doomed)}"]


def lineage(listing: Listing, real: LiveSnapshot) -> dict[str, LiveSnapshot]:
    """The snapshots of the same claim and policy as `real`, by id."""
    same = (tags.CLAIM_UID, tags.POLICY)
    return {
        snapshot.id: snapshot
        for snapshot in listing.values()
        if all(snapshot.tags.get(key) == real.tags[key] for key in same)
    }


def kept_by_counts(points: Listing, rules: Mapping[str, int | str], zone: tzinfo) -> set[str] | None:
    """The points that the count rules keep of one lineage; None if there are other kinds of rules."""
    if set(rules) - set(PERIODS) - {"minimum"}:
        return None
    newest_first = sorted(points.values(), key=lambda each: (each.started_at, each.id), reverse=True)
    kept = {each.id for each in newest_first[: max(1, int(rules.get("minimum", 1)))]}
    for rule, period in PERIODS.items():
        if rule not in rules:
            continue
        newest_of: dict[object, str] = {}
        for each in newest_first:
            newest_of.setdefault(period(each.started_at.astimezone(zone)), each.id)
        limit = len(newest_first) if rules[rule] == "all" else int(rules[rule])
        kept.update(list(newest_of.values())[:limit])
        if len(newest_of) < limit and newest_first:
            kept.add(newest_first[-1].id)
    return kept


def _went(before: Listing, after: Listing, done: PruneFact) -> Iterator[str]:
    if done.refused:
        yield f"prune was refused: {done.refused}"
    gone = set(before) - set(after)
    for snapshot_id in sorted(gone - set(done.delete)):
        yield f"{snapshot_id} is gone from EC2, but the plan did not delete it"
    for snapshot_id in sorted(set(done.delete) & set(after)):
        yield f"EC2 still shows {snapshot_id}, which the plan deletes"
    for snapshot_id in sorted(set(done.keep) - set(after)):
        yield f"the plan keeps {snapshot_id}, but EC2 does not show it"
    if done.deleted != len(gone):
        yield f"prune counts {done.deleted} deleted, EC2 lost {len(gone)}"


def _like_the_rehearsal(planned: PruneFact, done: PruneFact) -> Iterator[str]:
    named = planned.delete.keys() | planned.held
    if named != done.delete.keys():
        yield f"the dry run named {len(named)} deletions, prune planned {len(done.delete)} others"


def _last_ones(before: Listing, after: Listing) -> Iterator[str]:
    """The newest point of each lineage must survive, whatever the plan said; those on demand end after 30
    days.
    """
    for newest in _newest(before).values():
        if newest.id not in after and newest.tags.get(tags.POLICY) != ON_DEMAND:
            yield f"{newest.id}, the last point of {newest.tags.get(tags.CLAIM)}, is gone"


def _newest(listing: Listing) -> dict[tuple[str, str], LiveSnapshot]:
    found: dict[tuple[str, str], LiveSnapshot] = {}
    for snapshot in sorted(listing.values(), key=lambda each: each.started_at):
        found[snapshot.tags.get(tags.CLAIM_UID, ""), snapshot.tags.get(tags.POLICY, "")] = snapshot
    return found
