"""SQS batch calls are authorised as the single action they batch.

AWS: "SendMessageBatch, DeleteMessageBatch and ChangeMessageVisibilityBatch" need the permission of the single
action; batches have no action of their own (SQS developer guide, "Amazon SQS API permissions").
ministack: asks for `sqs:SendMessageBatch`, which no policy can grant on AWS.
"""

from typing import Any

from ministack.core import iam_evaluator

from sandbox.aws.private import require
from sandbox.aws.world import World

SINGLE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def install(_world: World) -> None:
    """Authorise a batch call as its single action."""
    require(iam_evaluator, "enforce")
    enforce = iam_evaluator.enforce

    def enforce_single(key: str, action: str, *rest: Any, **context: Any) -> Any:
        return enforce(key, SINGLE.get(action, action), *rest, **context)

    iam_evaluator.enforce = enforce_single
