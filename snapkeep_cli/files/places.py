"""Reads what people type for a place in a volume: POINT:/path, or CLAIM:/path for its newest point."""

from __future__ import annotations

import re
from dataclasses import dataclass

from snapkeep_cli.api.calls import Document, place
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.subjects import SNAPSHOT, the_claim, the_point
from snapkeep_cli.files.looks import escaped
from snapkeep_cli.output import fail, say

POINT_ID = re.compile(r"-[0-9]{8}t[0-9]{6}z-[0-9a-f]{10}$")
"""How the ids of recovery points end (`snapkeep.domain.naming.point_id`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a recovery point or in all points of a claim: `whose` is as it was typed."""

    whose: str
    path: str


def read_place(given: str) -> Place:
    """What stands before and behind the first colon; without a path, the root. Ends the command if nothing
    stands before it."""
    whose, _, path = given.partition(":")
    if not whose:
        raise fail(
            "usage",
            f"{escaped(given)} names no recovery point and no claim",
            "write POINT:/path or CLAIM:/path",
        )
    return Place(whose, f"/{path.lstrip('/')}")


@dataclass(frozen=True, slots=True)
class PointName:
    """The id of a recovery point, and the namespace whose routes are asked about it ("": the cluster's)."""

    id: str
    namespace: str

    def about(self, what: str) -> tuple[str, ...]:
        """The segments of a path about it."""
        return ("recovery-points", self.id, what)


def point_of(api: ApiClient, cluster: str, namespace: str, whose: str) -> PointName:
    """The point that is meant, of a claim its newest ready one.

    Ends the command for a claim without any.
    """
    if whose.startswith(SNAPSHOT):
        return PointName(the_point(api, cluster, namespace, whose), namespace)
    if "/" in whose or (namespace and not POINT_ID.search(whose)):
        return _newest(api, cluster, *the_claim(whose, namespace, "the claim"))
    return PointName(whose, namespace)


def _newest(api: ApiClient, cluster: str, namespace: str, claim: str) -> PointName:
    where = place(cluster, namespace, "recovery-points")
    ready = api.pages("recovery_points", *where, claim=claim, state="ready", limit=1)
    found: Document | None = next(ready, None)
    if found is None:
        raise fail(
            "not_found",
            f"{namespace}/{claim} of {cluster} has no recovery point that is ready",
            f"snapkeep get points --cluster {cluster} --claim {namespace}/{claim}",
        )
    say(f"the newest point of {namespace}/{claim} is {found['id']}, taken {found['started_at']}")
    return PointName(str(found["id"]), namespace)
