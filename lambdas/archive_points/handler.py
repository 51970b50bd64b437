"""archive_points: every day, archives points where that pays; and settles those whose move ended."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.archives import archived_snapshot
from snapkeep.settings import ArchivePointsSettings
from snapkeep.wiring import archive, aws, runtime

if TYPE_CHECKING:
    from snapkeep.services.archive.archive_points import ArchivePoints

AT_THE_END = timedelta(minutes=8)
"""What is left for the last measurement and for archiving: the blocks of 16 TiB take 7,000 calls."""


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Archive what pays, as far as the time allows; or, for an event of EC2, settle its snapshot."""
    archiver = _archiver()
    ended = archived_snapshot(event)
    if ended is not None:
        return runtime.log_report({"clusters": archiver.settle([ended])})
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return runtime.log_report({"clusters": archiver.run(archiver.clock() + left - AT_THE_END)})


def _archiver() -> ArchivePoints:
    return archive.archive_points(aws.ports(ArchivePointsSettings.from_environment(os.environ)))


runtime.get_ready(_archiver)
