"""The description of a copy in EC2: what its tags said when it was made.

Tags can be edited, a description cannot: of a snapshot, "only volume creation permissions can be modified".
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
"""

from __future__ import annotations

from collections.abc import Mapping

from snapkeep.domain import tags
from snapkeep.domain.copies.tags import COPY_FROM, COPY_OF, PLACE, SOURCE_VOLUME, TAKEN
from snapkeep.domain.points import Snapshot

BEGINNING = "Snapkeep: copy of point"
SAID = (tags.POINT, PLACE, COPY_OF, SOURCE_VOLUME, TAKEN, COPY_FROM)


LIMIT = 255
"""Characters that EC2 keeps. A UID that a source made up may be longer than that of any volume."""


def description_of(present: Mapping[str, str]) -> str:
    """What EC2 is told to describe a copy with these tags as; at most LIMIT characters."""
    point, place, source, volume, taken, whence = (present.get(key, "") for key in SAID)
    text = f"{BEGINNING} {point} in {place}: {source} ({volume}, taken {taken}) of {whence}"
    return text[:LIMIT]


def are_edited(copy: Snapshot) -> bool:
    """True when the tags of a copy contradict the description that it was made with.

    A copy that somebody made by hand has another description, which says nothing about its tags.
    """
    is_ours = copy.description.startswith(f"{BEGINNING} ")
    return is_ours and copy.description != description_of(copy.tags)
