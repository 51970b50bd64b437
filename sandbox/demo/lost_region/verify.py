"""Whether copies and what came back from them are what they should be, judged by EC2 and the clusters.

Each check returns complaints in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sandbox.demo.facts import LiveCopy, LiveSnapshot, ReturnFact
from sandbox.demo.verify import NEEDED_TAGS
from snapkeep.domain import tags
from snapkeep.domain.drivers import EBS_CSI

DRIVER_TAGS = {EBS_CSI.mark, EBS_CSI.cluster_key}
"""With these a driver may delete a snapshot, so a copy carries them only while it is restored."""
NEEDED_ON_COPIES = frozenset(NEEDED_TAGS) - DRIVER_TAGS
LOCKED = ("governance", "compliance", "compliance-cooloff")


def copied(copies: Sequence[LiveCopy], newest: Mapping[str, LiveSnapshot], key: str) -> list[str]:
    """Every claim's newest snapshot has one good copy under the key, locked, and out of a driver's reach."""
    return [each for claim, source in newest.items() for each in _copied(copies, claim, source, key)]


def _copied(copies: Sequence[LiveCopy], claim: str, source: LiveSnapshot, key: str) -> Iterator[str]:
    found = [each for each in copies if each.source_id == source.id]
    if len(found) != 1:
        yield f"{claim}: its newest snapshot {source.id} has {len(found)} copies, expected 1"
    for copy in found:
        if copy.state != "completed" or copy.size_bytes != source.size_bytes:
            yield f"{claim}: {copy.id} is {copy.state} and has {copy.size_bytes} of {source.size_bytes} bytes"
        if copy.key != key:
            yield f"{claim}: {copy.id} is under the key {copy.key or 'none'}, expected {key}"
        if copy.lock not in LOCKED:
            yield f"{claim}: {copy.id} is not locked"
        missing = sorted(each for each in NEEDED_ON_COPIES if each not in copy.tags)
        if missing:
            yield f"{claim}: {copy.id} lacks the tags {', '.join(missing)}"
        yield from _reachable(copy)


def _reachable(copy: LiveCopy) -> Iterator[str]:
    lent = sorted(each for each in (*DRIVER_TAGS, tags.HOLD) if each in copy.tags)
    if lent:
        yield f"{copy.id} carries {', '.join(lent)} though nobody restores from it"


def returned(
    found: Sequence[ReturnFact], newest: Mapping[str, LiveSnapshot], written: Mapping[str, str]
) -> list[str]:
    """Every claim is back from the copy of its newest snapshot, of one moment, with what was written."""
    wrong = [each for fact in found for each in _returned(fact, newest[fact.claim], written[fact.claim])]
    missing = sorted(set(newest) - {fact.claim for fact in found})
    if missing:
        wrong.append(f"{', '.join(missing)} did not come back")
    if len({newest[fact.claim].started_at for fact in found}) > 1:
        wrong.append("the claims came back from different moments")
    return wrong


def _returned(fact: ReturnFact, source: LiveSnapshot, written: str) -> Iterator[str]:
    if fact.source_id != source.id:
        yield f"{fact.claim} came back from a copy of {fact.source_id}, and its newest was {source.id}"
    if fact.holds != written:
        yield f"{fact.claim}: {fact.volume_id} holds {fact.holds!r}, expected {written!r}"
    if fact.size_bytes != source.size_bytes:
        yield f"{fact.claim}: {fact.volume_id} has {fact.size_bytes} bytes, expected {source.size_bytes}"


def untouched(before: Sequence[LiveCopy], after: Sequence[LiveCopy]) -> list[str]:
    """The restores left every copy, its lock and its tags as they were."""
    was, now = ({each.id: each for each in some} for some in (before, after))
    wrong = [f"{name} is gone" for name in sorted(was.keys() - now.keys())]
    wrong += [f"{name} is new" for name in sorted(now.keys() - was.keys())]
    wrong += [each for copy in after for each in _reachable(copy)]
    return wrong + [
        f"{name} was {was[name]} and is {now[name]}"
        for name in sorted(was.keys() & now.keys())
        if was[name] != now[name]
    ]
