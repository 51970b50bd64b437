"""release_volumes: when EC2 says that an instance is gone, frees its volumes for other nodes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.incidents import concerns
from snapkeep.settings import ReleaseVolumesSettings
from snapkeep.wiring import aws, interruption, runtime
from snapkeep.wiring.batches import each_message

if TYPE_CHECKING:
    from snapkeep.services.interruption.release_volumes import ReleaseVolumes


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take the next step for each machine of a batch."""
    releaser = _releaser()

    def release(message: dict[str, Any]) -> dict[str, Any]:
        found = concerns(message["body"])
        return runtime.log_report(
            {each.instance: releaser.run(each.instance, each.notices) for each in found}
        )

    return each_message(event, release)


def _releaser() -> ReleaseVolumes:
    return interruption.release_volumes(aws.ports(ReleaseVolumesSettings.from_environment(os.environ)))


runtime.get_ready(_releaser)
