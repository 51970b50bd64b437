"""lend_copies: lends a vault's copies to accounts of its config, and ends the loans."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.domain.vault.vault import Vault
from snapkeep.settings import LendCopiesSettings

EVERY = "rate(5 minutes)"
TIMEOUT = Duration.seconds(60)


class LendCopies(Construct):
    """The function (`function`), which the API asks, and the schedule that ends loans.

    Only it may share a copy or grant the vault's key. Without `lend_to` it may only end what was lent.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform, vault: Vault) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "LendCopies",
            platform=platform,
            name="lend_copies",
            description="Snapkeep: lends copies to other accounts, and ends the loans",
            timeout=TIMEOUT,
            asynchronous=True,
            settings=LendCopiesSettings(journal_table=platform.journal.name, event_bus=platform.event_bus),
        )
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots"),
            *(permissions.lend_copies(stack, vault) if vault.lend_to else ()),
            *permissions.end_loans(stack, vault),
            *permissions.hold_copies(stack),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"
            ),
        )
        platform.schedules.add(
            "lend-copies",
            description="Snapkeep: ends the loans of copies",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        gave_up_or_stopped(
            self, "GaveUp", function="lend_copies", every=Duration.minutes(15), runbook="loans"
        )
