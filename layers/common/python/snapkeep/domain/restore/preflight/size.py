"""Checks that the claim is large enough for its recovery point, and that the volume type suits the claim.

The provisioner compares the requested bytes with the snapshot's restoreSize and refuses a smaller claim,
which then stays Pending forever: https://kubernetes.io/docs/concepts/storage/persistent-volumes/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from snapkeep.domain.restore.commands import restore_command
from snapkeep.domain.restore.findings import Finding, error, info
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.requests import Expand, RestoreRequest
from snapkeep.domain.sizes import GIB, format_quantity, gib, parse_quantity

TYPE_LIMITS = {
    "gp3": (1, 65536),
    "gp2": (1, 16384),
    "io1": (4, 16384),
    "io2": (4, 65536),
    "st1": (125, 16384),
    "sc1": (125, 16384),
    "standard": (1, 1024),
}
"""Smallest and largest volume of each EBS type, in GiB.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
"""


@dataclass(frozen=True, slots=True)
class Sizing:
    """The claim's size (bytes; 0 when unknown), and the findings about it."""

    size_bytes: int
    findings: tuple[Finding, ...] = ()


def sizing(request: RestoreRequest, point: PointFacts, free_name: str = "") -> Sizing:
    """The size of the restored claim: as requested (by default what the point's claim requested), raised, or
    refused with the command that works, under a free name if the requested one is taken."""
    works = replace(request, target=free_name or request.target)
    written = request.size or point.requested
    minimum = gib(point.minimum_bytes) * GIB
    if not written and not minimum:
        return Sizing(0, (_size_unknown(request, point),))
    if not written:
        return Sizing(minimum)
    try:
        asked = parse_quantity(written)
    except ValueError as problem:
        return Sizing(0, (error("size_unreadable", str(problem), _command(works, minimum)),))
    if asked >= minimum and asked:
        return Sizing(asked)
    if not minimum:
        return Sizing(0, (_size_unknown(request, point),))
    if request.expand is Expand.AUTO:
        raised = f"{_told(written, asked)} to {format_quantity(minimum)}"
        text = f"{request} is raised from {raised}, the size of the recovery point"
        return Sizing(minimum, (info("expanded", text),))
    return Sizing(asked, (_too_small(request, point, written, asked, _command(works, minimum)),))


def type_findings(size_bytes: int, volume_type: str, storage_class: str) -> Iterator[Finding]:
    """Errors when EBS has no volumes of that size and type."""
    smallest, largest = TYPE_LIMITS.get(volume_type, (1, 65536))
    if size_bytes > 0 and gib(size_bytes) < smallest:
        yield error(
            "below_volume_type",
            f"storage class {storage_class} creates {volume_type} volumes, which have at least "
            f"{smallest} GiB; {gib(size_bytes)} GiB were requested",
            f"ask for {smallest}Gi, or choose a class of another type",
        )
    if gib(size_bytes) > largest:
        yield error(
            "above_volume_type",
            f"storage class {storage_class} creates {volume_type} volumes, which have at most {largest} GiB; "
            f"{gib(size_bytes)} GiB are needed",
            "choose a class of another type",
        )


def _too_small(request: RestoreRequest, point: PointFacts, written: str, asked: int, fix: str) -> Finding:
    needed = format_quantity(gib(point.minimum_bytes) * GIB)
    return error(
        "too_small",
        f"{request} asks for {_told(written, asked)}, but recovery point {point.id} was taken from a "
        "volume of "
        f"{needed}: it needs at least {needed}",
        fix,
    )


def _size_unknown(request: RestoreRequest, point: PointFacts) -> Finding:
    return error(
        "size_unknown",
        f"neither EC2 nor the tags say how large the volume of recovery point {point.id} was, and {request} "
        "asks for no size",
        f"aws ec2 describe-snapshots --snapshot-ids {point.snapshot_id} shows its VolumeSize; request that",
    )


def _told(written: str, asked: int) -> str:
    """The size as written, with the bytes where decimal and binary units are easily confused."""
    return f"{written} ({asked:,} bytes)" if asked % GIB else written


def _command(request: RestoreRequest, minimum: int) -> str:
    works = restore_command(replace(request, size=format_quantity(minimum), expand=Expand.NEVER))
    return f"{works} (or --expand auto instead of --size)"
