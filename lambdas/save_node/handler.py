"""save_node: snapshots and drains a node that is about to die."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.incidents import concerns, rehearsal
from snapkeep.settings import SaveNodeSettings
from snapkeep.wiring import aws, interruption, runtime
from snapkeep.wiring.batches import each_message

if TYPE_CHECKING:
    from snapkeep.services.interruption.save_node import SaveNode


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Save the nodes of a batch, or plan it (`dry_run`) for one."""
    saver = _saver()
    asked = rehearsal(event)
    if asked:
        return runtime.log_report(saver.plan(asked.cluster, asked.instance))

    def save(message: dict[str, Any]) -> dict[str, Any]:
        owner = f"{context.aws_request_id}/{message['messageId']}"
        found = concerns(message["body"])
        return runtime.log_report({each.instance: saver.run(each.instance, owner) for each in found})

    return each_message(event, save)


def _saver() -> SaveNode:
    return interruption.save_node(aws.ports(SaveNodeSettings.from_environment(os.environ)))


runtime.get_ready(_saver)
