"""Messages from other accounts: the bus that only they may put them on, and the rule that queues them."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.work_queue import WorkQueue
from snapkeep.domain.copies.requests import SOURCE


class Messages(Construct):
    """A bus of its own, so that nobody from outside puts anything on the one that everything listens to.

    These accounts may put events of one `detail_type` of ours on it, and nothing else. The rule names them
    again: a bus of the same account is open to everybody there whom IAM lets put events.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-permissions-manage.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus: str,
        detail_type: str,
        accounts: Sequence[str],
        queue: WorkQueue,
        description: str,
    ) -> None:
        super().__init__(scope, id)
        made = events.EventBus(self, "Bus", event_bus_name=bus)
        self._let_in(made, detail_type, accounts)
        events.Rule(
            self,
            "Received",
            event_bus=made,
            description=description,
            event_pattern=events.EventPattern(
                source=[SOURCE], detail_type=[detail_type], account=list(accounts)
            ),
            targets=[targets.SqsQueue(queue.queue, dead_letter_queue=queue.failures)],
        )

    def _let_in(self, bus: events.EventBus, detail_type: str, accounts: Sequence[str]) -> None:
        # A request of PutEvents has the sources and types of all its entries.
        said = {"events:source": SOURCE, "events:detail-type": detail_type}
        partition = Stack.of(self).partition
        events.CfnEventBusPolicy(
            self,
            "LetIn",
            statement_id="Messages",
            event_bus_name=bus.event_bus_name,
            statement={
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:{partition}:iam::{account}:root" for account in accounts]},
                "Action": "events:PutEvents",
                "Resource": bus.event_bus_arn,
                "Condition": {
                    "ForAllValues:StringEquals": said,
                    "Null": dict.fromkeys(said, "false"),
                },
            },
        )
