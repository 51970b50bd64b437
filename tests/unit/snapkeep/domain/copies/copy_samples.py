"""Copies and their sources, as the tests of copies use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import Copy, CopyState, Source
from snapkeep.domain.copies.description import description_of
from snapkeep.domain.copies.places import Home, Place
from snapkeep.domain.copies.tags import TAKEN, copy_tags
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.times import compact
from tests.contract.ports.samples import NOW, a_point, a_run

KEY = "arn:aws:kms:ap-northeast-3:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OSAKA = Place("osaka", "ap-northeast-3", KEY)
HOME = Home("111122223333", "ap-northeast-2")


def a_source(
    name: str = "data",
    policy: str = "daily",
    slot: datetime = NOW,
    changed: Mapping[str, str] = MappingProxyType({}),
) -> Snapshot:
    """The complete snapshot of a ready point, which EC2 started ten seconds after its slot."""
    point = a_point(name, a_run(policy, slot.replace(microsecond=0)))
    claim = point.claim
    identity = (claim.name, claim.cluster, claim.uid, point.policy, point.slot, point.deployment)
    full = tags.full_tags(replace(point, id=point_id(*identity)))
    return Snapshot(
        f"snap-{name}-{policy}-{slot:%m%d%H%M}",
        f"vol-{name}",
        SnapshotState.COMPLETED,
        slot + timedelta(seconds=10),
        2**30,
        full | dict(changed),
    )


def a_copy_of(source: Snapshot, place: Place = OSAKA, **changes: Any) -> Snapshot:
    """The snapshot in the place, as EC2 shows it: another id, an arbitrary volume, started an hour later."""
    tags_of_it = copy_tags(source, place, HOME)
    made = Snapshot(
        f"copy-{source.id}",
        "vol-ffffffff",
        SnapshotState.COMPLETED,
        source.started_at + timedelta(hours=1),
        source.size_bytes,
        tags_of_it,
        key=place.kms_key,
        owner=HOME.account,
        description=description_of(tags_of_it),
    )
    return replace(made, **changes)


def with_tags(copy: Snapshot, changed: Mapping[str, str], **changes: Any) -> Snapshot:
    """The copy as if it had been made with these tags, so that its description fits them."""
    present = copy.tags | dict(changed)
    return replace(copy, tags=present, description=description_of(present), **changes)


def moved_to(copy: Snapshot, slot: datetime) -> dict[str, str]:
    """Tags that fit each other and make a copy one of an earlier slot of its claim."""
    facts = tags.claim_facts_of(copy.tags)
    assert facts is not None
    slot = slot.replace(microsecond=0)
    whose = facts.name, facts.cluster, facts.uid, copy.tags[tags.POLICY]
    point = point_id(*whose, slot, copy.tags[tags.DEPLOYMENT])
    return {tags.SLOT: compact(slot), tags.POINT: point, TAKEN: compact(slot)}


def source_at(taken: datetime, name: str = "data", policy: str = "daily") -> Source:
    """A point taken then; its id says when and of what."""
    point = f"{name}-{policy}-{taken:%Y%m%dT%H%M%S}"
    return Source(point, a_point(name).claim, policy, taken, taken, f"snap-{point}", f"vol-{name}")


def copy_at(
    taken: datetime, name: str = "data", policy: str = "daily", state: CopyState = CopyState.READY
) -> Copy:
    """The copy of that point in Osaka."""
    source = source_at(taken, name, policy)
    return Copy(
        f"copy-{source.point_id}",
        source.point_id,
        "osaka",
        source.claim,
        policy,
        source.slot,
        taken,
        source.snapshot_id,
        source.volume_id,
        state,
        taken,
    )
