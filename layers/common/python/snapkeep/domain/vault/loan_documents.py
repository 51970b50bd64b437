"""The loan document: what the lender of a copy tells the borrower, who cannot see the tags in EC2.

People pass it on as a file, so the borrower reads it field by field and believes nothing that EC2 can tell.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.copies import fields
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.errors import Invalid, UnknownVersion
from snapkeep.domain.naming import TAG_VALUE_LIMIT
from snapkeep.domain.points import Snapshot
from snapkeep.domain.times import to_second

VERSION = 1
KIND = "snapkeep loan"

TAGS = (tags.MANAGED, *copy_tags.FROM_POINT, *copy_tags.OWN)
"""The tags that a borrowed copy may take over: none of them is a CSI driver's, which could delete it."""

MOST_BYTES = 2**50
"""More than any EBS volume holds."""

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}")
_SNAPSHOT = re.compile(r"snap-[0-9a-f]{8}([0-9a-f]{9})?")


@dataclass(frozen=True, slots=True)
class LoanDocument:
    """A lent copy: its snapshot in `region` of account `lender`, its tags and size, and the loan's end."""

    lender: str
    borrower: str
    region: str
    snapshot: str
    size_bytes: int
    tags: Mapping[str, str]
    until: datetime

    @property
    def point(self) -> str:
        """The id of the recovery point, as the tags have it."""
        return self.tags[tags.POINT]

    def to_document(self) -> dict[str, Any]:
        """The document as JSON holds it."""
        return {
            "kind": KIND,
            "version": VERSION,
            "lender": self.lender,
            "borrower": self.borrower,
            "region": self.region,
            "snapshot": self.snapshot,
            "size_bytes": self.size_bytes,
            "tags": dict(self.tags),
            "until": to_second(self.until),
        }


def document_of(snapshot: Snapshot, lender: str, borrower: str, region: str, until: datetime) -> LoanDocument:
    """The document of a copy that is lent."""
    told = {key: snapshot.tags[key] for key in TAGS if key in snapshot.tags}
    return LoanDocument(lender, borrower, region, snapshot.id, snapshot.size_bytes, told, until)


def read_loan_document(document: object) -> LoanDocument:
    """The loan in a JSON document; fields that this version does not know are ignored.

    Raises Invalid when a field is not what `to_document` can have written, UnknownVersion for a document of
    another version.
    """
    if not isinstance(document, Mapping) or document.get("kind") != KIND:
        raise Invalid(
            "this is not a loan document: `snapkeep copies lend COPY --to ACCOUNT -o FILE` writes one"
        )
    version = document.get("version")
    if isinstance(version, bool) or version != VERSION:
        raise UnknownVersion(
            f"the loan document is of version {fields.shown(str(version))}, and this Snapkeep reads version "
            f"{VERSION}: deploy the same release as the lender"
        )
    return LoanDocument(
        lender=fields.matching(document, "lender", _ACCOUNT),
        borrower=fields.matching(document, "borrower", _ACCOUNT),
        region=fields.matching(document, "region", _REGION),
        snapshot=fields.matching(document, "snapshot", _SNAPSHOT),
        size_bytes=fields.whole(document, "size_bytes", MOST_BYTES),
        tags=_tags(document.get("tags")),
        until=fields.time(document, "until"),
    )


def _tags(found: object) -> Mapping[str, str]:
    if not isinstance(found, Mapping):
        raise Invalid(f"tags must be an object, not {fields.shown(found)}")
    known = {key: found[key] for key in TAGS if key in found}
    for key, value in known.items():
        if not isinstance(value, str) or len(value) > TAG_VALUE_LIMIT or not value.isprintable():
            raise Invalid(f"the tag {key} has a value that EC2 would not accept: {fields.shown(value)}")
    if not copy_tags.is_copy(known) or not known.get(tags.POINT):
        raise Invalid("the tags are not those of a copy that Snapkeep made")
    return known
