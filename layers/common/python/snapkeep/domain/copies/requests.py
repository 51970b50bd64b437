"""The messages about copies between a source and the vault in another account.

The two do not trust each other: each reads the other's events field by field, and trusts nothing that it can
ask EC2. Who sent an event is in its envelope, which EventBridge writes, and never in its detail.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.copies import fields
from snapkeep.domain.copies.tags import FROM_POINT
from snapkeep.domain.errors import Invalid, UnknownVersion
from snapkeep.domain.naming import TAG_VALUE_LIMIT, is_deployment_name, is_name
from snapkeep.domain.points import Snapshot
from snapkeep.domain.times import precise

VERSION = 1
SOURCE = "snapkeep.copies"
"""The `source` of both events; those that Snapkeep publishes for people have another one."""
WANTED = "Snapkeep Copy Wanted"
ANSWERED = "Snapkeep Copy Answered"
TAGS_OF_POINT = (tags.MANAGED, *FROM_POINT)
"""The tags of a source that travel: EC2 shows those of a shared snapshot to nobody but its owner.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
"""

MOST_BYTES = 2**50
"""More than any EBS volume holds."""
MOST_REASON = 500
"""Characters of a reason that are kept."""

_PLACE = re.compile(r"[a-z]([-a-z0-9]{0,18}[a-z0-9])?")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}")
_SNAPSHOT = re.compile(r"snap-[0-9a-f]{8}([0-9a-f]{9})?")
_KEY = re.compile(
    r"arn:aws[a-z-]{0,12}:kms:[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}:[0-9]{12}:key/[A-Za-z0-9-]{1,64}"
)


class Outcome(StrEnum):
    """What became of a request. `later` is not final: the vault accepts no more for now."""

    READY = "ready"
    FAILED = "failed"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """A source asks a vault to copy a snapshot that it shares with the vault's account.

    `deployment` is the source's, `place` what its config calls the vault, `region` the snapshot's. `tags`
    are those of the point (`TAGS_OF_POINT`). `key` is the ARN of the KMS key of the snapshot, "" without one.
    """

    deployment: str
    place: str
    region: str
    snapshot: str
    tags: Mapping[str, str]
    size_bytes: int
    key: str
    asked_at: datetime

    @property
    def point(self) -> str:
        """The id of the recovery point, as the tags have it."""
        return self.tags[tags.POINT]

    def to_document(self) -> dict[str, Any]:
        """The detail of the event."""
        return {
            "version": VERSION,
            "deployment": self.deployment,
            "place": self.place,
            "region": self.region,
            "snapshot": self.snapshot,
            "tags": dict(self.tags),
            "size_bytes": self.size_bytes,
            "key": self.key,
            "asked_at": precise(self.asked_at),
        }


@dataclass(frozen=True, slots=True)
class CopyAnswer:
    """A vault says what became of a request.

    `deployment`, `place`, `snapshot` and `point` are those of the request. `copy` is the id of the copy in
    `region`, "" without one; `kms_key` the ARN of its key, and `locked_until` (aware UTC) when its lock ends,
    None without one. `reason` says why it is not ready.
    """

    deployment: str
    place: str
    snapshot: str
    point: str
    outcome: Outcome
    region: str
    answered_at: datetime
    copy: str = ""
    kms_key: str = ""
    locked_until: datetime | None = None
    reason: str = ""

    def to_document(self) -> dict[str, Any]:
        """The detail of the event."""
        return {
            "version": VERSION,
            "deployment": self.deployment,
            "place": self.place,
            "snapshot": self.snapshot,
            "point": self.point,
            "outcome": self.outcome.value,
            "copy": self.copy,
            "region": self.region,
            "kms_key": self.kms_key,
            "locked_until": precise(self.locked_until) if self.locked_until else "",
            "reason": self.reason,
            "answered_at": precise(self.answered_at),
        }


@dataclass(frozen=True, slots=True)
class Received:
    """An answer and the account that put it on the bus, which EventBridge says."""

    account: str
    answer: CopyAnswer


def answers_bus(deployment: str) -> str:
    """The name of the bus on which the vaults of a deployment answer."""
    return f"{deployment}-answers"


def request_for(deployment: str, place: str, region: str, source: Snapshot, now: datetime) -> CopyRequest:
    """The request for a copy of a recovery point of that Region, made `now`."""
    return CopyRequest(
        deployment=deployment,
        place=place,
        region=region,
        snapshot=source.id,
        tags={key: source.tags[key] for key in TAGS_OF_POINT if key in source.tags},
        size_bytes=source.size_bytes,
        key=source.key,
        asked_at=now,
    )


def read_request(detail: object) -> CopyRequest:
    """The request in the detail of an event; fields that this version does not know are ignored.

    Raises Invalid when a field is not what the writer of a request can have written, UnknownVersion for a
    message of another version.
    """
    document = _document(detail)
    deployment = _deployment(document)
    return CopyRequest(
        deployment=deployment,
        place=fields.matching(document, "place", _PLACE),
        region=fields.matching(document, "region", _REGION),
        snapshot=fields.matching(document, "snapshot", _SNAPSHOT),
        tags=_tags(document, deployment),
        size_bytes=fields.whole(document, "size_bytes", MOST_BYTES),
        key=fields.or_none(document, "key", _KEY),
        asked_at=fields.time(document, "asked_at"),
    )


def read_answer(detail: object) -> CopyAnswer:
    """The answer in the detail of an event; fields that this version does not know are ignored.

    Raises Invalid when a field is not what the writer of an answer can have written, UnknownVersion for a
    message of another version.
    """
    document = _document(detail)
    outcome = _outcome(document)
    there = fields.matching if outcome is Outcome.READY else fields.or_none
    return CopyAnswer(
        deployment=_deployment(document),
        place=fields.matching(document, "place", _PLACE),
        snapshot=fields.matching(document, "snapshot", _SNAPSHOT),
        point=_point(document.get("point"), "point"),
        outcome=outcome,
        copy=there(document, "copy", _SNAPSHOT),
        region=fields.matching(document, "region", _REGION),
        kms_key=there(document, "kms_key", _KEY),
        locked_until=fields.time(document, "locked_until") if document.get("locked_until") != "" else None,
        reason=_reason(document, outcome),
        answered_at=fields.time(document, "answered_at"),
    )


def _document(detail: object) -> Mapping[str, Any]:
    if not isinstance(detail, Mapping):
        raise Invalid(f"the detail must be an object, not {fields.shown(detail)}")
    version = detail.get("version")
    if isinstance(version, bool) or not isinstance(version, int):
        raise Invalid(f"version must be a number, not {fields.shown(version)}")
    if version != VERSION:
        raise UnknownVersion(
            f"the message is not of version {VERSION}, which this Snapkeep reads; deploy the same release to "
            "source and vault"
        )
    return detail


def _deployment(document: Mapping[str, Any]) -> str:
    value = fields.text(document, "deployment")
    if not is_deployment_name(value):
        raise Invalid(f"deployment must be the name of a deployment, not {fields.shown(value)}")
    return value


def _point(value: object, name: str) -> str:
    if not isinstance(value, str) or not is_name(value):
        raise Invalid(f"{name} must be the id of a recovery point, not {fields.shown(value)}")
    return value


def _tags(document: Mapping[str, Any], deployment: str) -> Mapping[str, str]:
    """The tags that a copy may take over. Others are dropped: with those of a CSI driver a vault would get
    copies that the driver may delete."""
    found = document.get("tags")
    if not isinstance(found, Mapping):
        raise Invalid(f"tags must be an object, not {fields.shown(found)}")
    known = {key: found[key] for key in TAGS_OF_POINT if key in found}
    for key, value in known.items():
        if not isinstance(value, str) or len(value) > TAG_VALUE_LIMIT or not value.isprintable():
            raise Invalid(f"the tag {key} has a value that EC2 would not accept: {fields.shown(value)}")
    if not tags.are_ours(known) or tags.is_anothers(known, deployment):
        raise Invalid(f"tags are not those of a recovery point of {deployment}")
    _point(known.get(tags.POINT), f"the tag {tags.POINT}")
    return known


def _outcome(document: Mapping[str, Any]) -> Outcome:
    value = fields.text(document, "outcome")
    if value not in list(Outcome):
        raise Invalid(f"outcome is {fields.shown(value)}; it must be one of {', '.join(Outcome)}")
    return Outcome(value)


def _reason(document: Mapping[str, Any], outcome: Outcome) -> str:
    """The reason on one line and of a length that people read; only a ready copy needs none."""
    text = fields.text(document, "reason")[: 2 * MOST_REASON]
    reason = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if outcome is not Outcome.READY and not reason:
        raise Invalid(f"reason is empty, and the outcome is {outcome}")
    return reason[:MOST_REASON]
