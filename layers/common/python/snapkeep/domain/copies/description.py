"""The description of a copy in EC2: what its tags said when it was made.

Tags can be edited, a description cannot: of a snapshot, "only volume creation permissions can be modified".
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
"""

from __future__ import annotations

from collections.abc import Mapping

from snapkeep.domain import tags
from snapkeep.domain.copies.tags import COPY_FROM, COPY_OF, PLACE, SOURCE_VOLUME, TAKEN
from snapkeep.domain.naming import short_hash
from snapkeep.domain.points import Snapshot

BEGINNING = "Snapkeep: copy of claim"
BEFORE = "Snapkeep: copy of point"
"""How descriptions began that said nothing of the claim."""

SAID = (tags.POINT, PLACE, COPY_OF, SOURCE_VOLUME, TAKEN, COPY_FROM)

LIMIT = 255
"""Characters that EC2 keeps. A UID that a source made up may be longer than that of any volume."""


def description_of(present: Mapping[str, str]) -> str:
    """What EC2 is told to describe a copy with these tags as; at most LIMIT characters.

    The point's id does not hash the namespace, by which callers may restore or not. Its name may be too long
    to say, so a hash stands for namespace and claim.
    """
    claim = short_hash(present.get(tags.NAMESPACE, ""), present.get(tags.CLAIM, ""))
    return f"{BEGINNING} {claim}, point {_point(present)}"[:LIMIT]


def are_edited(copy: Snapshot) -> bool:
    """True when the tags of a copy contradict the description that it was made with.

    A copy that somebody made by hand has another description, which says nothing about its tags.
    """
    if copy.description.startswith(f"{BEFORE} "):
        return copy.description != f"{BEFORE} {_point(copy.tags)}"[:LIMIT]
    is_ours = copy.description.startswith(f"{BEGINNING} ")
    return is_ours and copy.description != description_of(copy.tags)


def _point(present: Mapping[str, str]) -> str:
    point, place, source, volume, taken, whence = (present.get(key, "") for key in SAID)
    return f"{point} in {place}: {source} ({volume}, taken {taken}) of {whence}"
