"""The EC2 tags of a copy, which alone must be enough to restore from it if its source is gone.

EC2 copies no tags, gives a copy an arbitrary volume id and the time of the copy as its start, so
everything that matters is in our tags, set by the call that makes the copy.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
"""

from __future__ import annotations

from collections.abc import Mapping

from snapkeep.domain import tags
from snapkeep.domain.copies.places import Home, Place
from snapkeep.domain.points import Snapshot
from snapkeep.domain.times import compact

COPY = "copy"
"""The value of `snapkeep:managed` on copies. Points carry `true`, so nothing that lists or deletes points
ever meets a copy."""

COPY_OF = "snapkeep:copy-of"
"""The id of the source snapshot."""
COPY_FROM = "snapkeep:copy-from"
"""Account and Region of the source snapshot: `111122223333/ap-northeast-2`."""
TAKEN = "snapkeep:taken"
"""When the source snapshot was started: the age of the data, and the time that retention goes by."""
SOURCE_VOLUME = "snapkeep:source-volume"
"""The volume that the source snapshot was taken of."""
PLACE = "snapkeep:place"
"""The name of the place."""

FROM_POINT = (
    tags.CLUSTER,
    tags.NAMESPACE,
    tags.CLAIM,
    tags.CLAIM_UID,
    tags.POLICY,
    tags.SLOT,
    tags.RUN,
    tags.POINT,
    tags.METHOD,
    tags.SIZE,
    tags.STORAGE_CLASS,
    tags.ACCESS_MODES,
    tags.VOLUME_MODE,
    tags.FS_TYPE,
    tags.PARTITION,
    tags.GROUP,
    tags.DEPLOYMENT,
    tags.DRIVER,
)
"""What a copy takes over from its source. The tags of CSI drivers are not among them: with those a driver may
delete the snapshot. A restore adds them, and takes them off when the claim is bound."""

CANCELLED = "snapkeep:cancelled"
"""When somebody cancelled a copy (compact UTC): it does not count, and is deleted, pending or not."""

OWN = (COPY_OF, COPY_FROM, TAKEN, SOURCE_VOLUME, PLACE)
"""The tags that only copies carry."""


def copy_tags(source: Snapshot, place: Place, home: Home) -> dict[str, str]:
    """All tags of the copy of a point's snapshot, for the call that makes it."""
    return {
        tags.MANAGED: COPY,
        **{key: source.tags[key] for key in FROM_POINT if key in source.tags},
        COPY_OF: source.id,
        COPY_FROM: str(home),
        TAKEN: compact(source.started_at),
        SOURCE_VOLUME: source.volume_id,
        PLACE: place.name,
    }


def is_from_elsewhere(copy: Snapshot, home: Home) -> bool:
    """True when a copy's tags say that its source is not in this home.

    Names of deployments are unique in an account and Region only, so such a copy may be of a deployment of
    the same name there. Without the tag nothing says so.
    """
    whence = copy.tags.get(COPY_FROM, "")
    return bool(whence) and whence != whence_of(copy, home)


def whence_of(copy: Snapshot, home: Home) -> str:
    """What `snapkeep:copy-from` says on a copy whose source is in this home."""
    return str(Home(home.account or copy.owner, home.region))


def found_by(place: str) -> dict[str, str]:
    """The tags by which EC2 lists the copies in a place."""
    return {tags.MANAGED: COPY, PLACE: place}


def is_copy(present: Mapping[str, str]) -> bool:
    """True when the tags say that the snapshot is a copy of ours."""
    return present.get(tags.MANAGED) == COPY and bool(present.get(COPY_OF))
