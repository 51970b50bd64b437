"""What a vault checks before it copies: the request against its config, against EC2, and against itself.

Who sent a request is in its envelope. Everything else is the sender's word, and a source may be in the hands
of somebody who wants to fill the vault, or to push out of it what is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import CLOCKS_DIFFER, Source, read_source
from snapkeep.domain.copies.fields import shown as escaped
from snapkeep.domain.copies.requests import CopyRequest
from snapkeep.domain.naming import is_claim_name, is_name
from snapkeep.domain.points import GIVE_UP_AFTER, Snapshot, SnapshotState
from snapkeep.domain.sizes import gib, parse_quantity
from snapkeep.domain.times import moment
from snapkeep.domain.vault.vault import VaultSource

LATEST = timedelta(hours=24) + timedelta(hours=24) + GIVE_UP_AFTER
"""How long after its slot the snapshot of a point is taken at most: the start may be spread over a day
(`flexible_window`) and caught up within another (`catch_up`), and then the point is given up."""

_NO_VOLUME = re.compile("(vol-f+)?")

AHEAD = timedelta(minutes=5)
"""How far EC2's clock may be ahead of ours."""


class Why(StrEnum):
    """The kinds of refusals, as people are told of them."""

    MESSAGE = "unreadable messages"
    CLUSTER = "clusters that are not the source's"
    TAGS = "tags that describe no point"
    NOT_SHARED = "snapshots that are not shared"
    OWNER = "snapshots of another account"
    STATE = "snapshots that cannot be copied"
    SIZE = "sizes that differ from EC2's"
    KEY = "AWS managed keys"
    TIME = "snapshots that do not fit their slot"
    ANOTHER = "other snapshots of points that are here"
    PRUNED = "points that retention deleted"
    LOST = "points whose copies were deleted twice"


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that is not carried out; `reason` has the figures and is safe to show.

    With `may_pass` the same request may hold a moment later: EC2 shows changes with a delay.
    https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
    """

    why: Why
    reason: str
    may_pass: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """A request that holds: the point to copy, and its snapshot with the request's tags, as EC2 shows it to
    its owner."""

    point: Source
    snapshot: Snapshot


def verify(
    request: CopyRequest, source: VaultSource, snapshot: Snapshot | None, now: datetime, *, of_aws: bool
) -> Verified | Refused:
    """The point to copy, or why the request is refused.

    `snapshot` is what EC2 shows of the request's snapshot in the Region of the source (None: nothing),
    `of_aws` whether a key of AWS encrypts it. Size, key and time are EC2's; the tags are the request's, whose
    point id is a hash of most of them, and the rest must look like what Snapkeep writes.
    """
    refused = _of_tags(request, source) or _of_snapshot(request, source, snapshot, of_aws=of_aws)
    if refused or snapshot is None:
        return refused or _not_shared(request)
    volume = _volume(snapshot, request.tags.get(tags.CLAIM_UID, ""))
    tagged = replace(snapshot, tags=dict(request.tags), volume_id=volume)
    found = read_source(tagged)
    if found is None:
        return Refused(
            Why.TAGS,
            f"the tags of {request.point} lack something or contradict each other: they describe no ready "
            f"recovery point of deployment {source.deployment}",
        )
    return _of_time(found, now) or Verified(found, tagged)


def _of_tags(request: CopyRequest, source: VaultSource) -> Refused | None:
    cluster = request.tags.get(tags.CLUSTER, "")
    if cluster not in source.clusters:
        named = ", ".join(source.clusters)
        return Refused(
            Why.CLUSTER, f"cluster {escaped(cluster)} does not belong to {source.name}, which has {named}"
        )
    for key, fits in _FORMS.items():
        value = request.tags.get(key)
        if value is not None and not fits(value):
            return Refused(Why.TAGS, f"the tag {key} of {request.point} cannot be {escaped(value)}")
    return None


def _of_snapshot(
    request: CopyRequest, source: VaultSource, snapshot: Snapshot | None, *, of_aws: bool
) -> Refused | None:
    if snapshot is None:
        return _not_shared(request)
    name = snapshot.id
    if snapshot.owner != source.account:
        reason = f"{name} belongs to account {snapshot.owner}, and {source.name} is account {source.account}"
        return Refused(Why.OWNER, reason)
    if snapshot.state is not SnapshotState.COMPLETED or snapshot.archived:
        state = "archived" if snapshot.archived else snapshot.state.value
        reason = f"{name} is {state}, and EC2 copies completed snapshots only"
        return Refused(Why.STATE, reason, may_pass=snapshot.state is SnapshotState.PENDING)
    if snapshot.size_bytes != request.size_bytes:
        here, said = gib(snapshot.size_bytes), gib(request.size_bytes)
        return Refused(Why.SIZE, f"{name} has {here:,g} GiB in EC2, and {said:,g} GiB in the request")
    if of_aws:
        return Refused(
            Why.KEY, f"{name} is under {snapshot.key}, an AWS managed key that no other account can use"
        )
    return None


def _volume(snapshot: Snapshot, claim: str) -> str:
    """The volume of a snapshot. Of a copy EC2 shows an arbitrary one, such as vol-ffffffff, which all claims
    would share; then their UID stands for it.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
    """
    return claim if _NO_VOLUME.fullmatch(snapshot.volume_id) else snapshot.volume_id


def _not_shared(request: CopyRequest) -> Refused:
    return Refused(
        Why.NOT_SHARED,
        f"EC2 in {request.region} does not show {request.snapshot}: it is gone, or not shared with this "
        "account",
        may_pass=True,
    )


def _of_time(found: Source, now: datetime) -> Refused | None:
    taken, slot = moment(found.taken), moment(found.slot)
    after = found.taken - found.slot  # a slot is any year's, so that adding to it may overflow
    if found.taken > now + AHEAD:
        reason = f"{found.snapshot_id} was started {taken} by EC2, and now it is {moment(now)}"
        return Refused(Why.TIME, reason)
    if not -CLOCKS_DIFFER <= after <= LATEST:
        reason = f"{found.snapshot_id} was started {taken} by EC2, which does not fit its slot of {slot}"
        return Refused(Why.TIME, reason)
    return None


def _is_size(text: str) -> bool:
    try:
        return parse_quantity(text) > 0
    except ValueError:
        return False


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


_WORD = _matches(r"[A-Za-z0-9._/:@=+-]{0,256}")
_FORMS: Mapping[str, Callable[[str], bool]] = {
    tags.NAMESPACE: is_name,
    tags.CLAIM: is_claim_name,
    tags.CLAIM_UID: _matches(r"[A-Za-z0-9-]{1,64}"),
    tags.POLICY: _matches(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"),
    tags.RUN: _WORD,
    tags.METHOD: _matches("[a-z]{1,16}"),
    tags.SIZE: _is_size,
    tags.STORAGE_CLASS: _WORD,
    tags.ACCESS_MODES: _matches("[A-Za-z]{1,32}(,[A-Za-z]{1,32}){0,3}"),
    tags.VOLUME_MODE: _matches("Filesystem|Block"),
    tags.FS_TYPE: _matches("[A-Za-z0-9]{0,16}"),
    tags.PARTITION: _matches("[0-9]{1,4}"),
    tags.GROUP: _WORD,
    tags.DRIVER: is_claim_name,
}
"""What values of tags look like that a hash does not protect, and that people read or restores rely on."""
