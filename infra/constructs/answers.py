"""What vaults in other accounts answer: the bus for their answers, and the rule that queues them."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.requests import ANSWERED, SOURCE, answers_bus


class Answers(Construct):
    """A bus of its own, so that nobody from outside puts anything on the one that everything listens to.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-permissions-manage.html
    """

    def __init__(
        self, scope: Construct, id: str, *, platform: Platform, vaults: Sequence[Place], queue: WorkQueue
    ) -> None:
        super().__init__(scope, id)
        accounts = sorted({vault.account for vault in vaults})
        bus = events.EventBus(self, "Bus", event_bus_name=answers_bus(platform.prefix))
        self._let_in(bus, accounts)
        events.Rule(
            self,
            "Answered",
            event_bus=bus,
            description="Snapkeep: what vaults in other accounts answer about copies",
            event_pattern=events.EventPattern(source=[SOURCE], detail_type=[ANSWERED], account=accounts),
            targets=[targets.SqsQueue(queue.queue, dead_letter_queue=queue.failures)],
        )

    def _let_in(self, bus: events.EventBus, accounts: Sequence[str]) -> None:
        """Let these accounts put answers, and nothing else, on the bus."""
        partition = Stack.of(self).partition
        events.CfnEventBusPolicy(
            self,
            "LetVaultsAnswer",
            statement_id="VaultsAnswer",
            event_bus_name=bus.event_bus_name,
            statement={
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:{partition}:iam::{account}:root" for account in accounts]},
                "Action": "events:PutEvents",
                "Resource": bus.event_bus_arn,
                "Condition": {"StringEquals": {"events:source": SOURCE, "events:detail-type": ANSWERED}},
            },
        )
