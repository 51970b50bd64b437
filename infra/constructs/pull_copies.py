"""pull_copies: copies into the vault what its sources share with it, and answers them."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.copies import BATCH_SIZE, EVERY, MAX_CONCURRENCY, TIMEOUT, copies_ended
from infra.constructs.messages import Messages
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform
from snapkeep.domain.copies.places import VAULT_BUS
from snapkeep.domain.copies.requests import WANTED
from snapkeep.domain.vault.vault import Vault
from snapkeep.settings import PullCopiesSettings


class PullCopies(Construct):
    """`function` takes a turn at the sources of the vault every 5 minutes, when one asks, and when copies
    ended. It copies, tags and locks; it deletes, unlocks and shares nothing.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform, vault: Vault) -> None:
        super().__init__(scope, id)
        self.work = WorkQueue(self, "Work", worker_timeout=TIMEOUT, hidden_for=TIMEOUT)
        self.function = PythonFunction(
            self,
            "PullCopies",
            platform=platform,
            name="pull_copies",
            description="Snapkeep: copies into the vault what its sources share",
            timeout=TIMEOUT,
            asynchronous=True,
            settings=PullCopiesSettings(journal_table=platform.journal.name, event_bus=platform.event_bus),
        )
        self._allow(platform, vault)
        self._hear(vault)
        self._start(platform)
        gave_up_or_stopped(
            self, "GaveUp", function="pull_copies", every=Duration.minutes(15), runbook="vault"
        )

    def _allow(self, platform: Platform, vault: Vault) -> None:
        stack, places = Stack.of(self), vault.places
        marks, homes = permissions.copies_in(vault), [source.home for source in vault.sources]
        self.function.allow(
            permissions.describe("Snapshots", "LockedSnapshots", "Images"),
            *permissions.copy_snapshots(stack, marks, places, homes),
            permissions.mark_duplicate_copies(stack, marks, places),
            *permissions.lock_copies_in(stack, vault),
            *permissions.use_copy_keys(stack, places, homes),
            permissions.answer_sources(vault),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"
            ),
        )

    def _hear(self, vault: Vault) -> None:
        """What sources ask, on the vault's own bus, and ends of copies, on everybody's."""
        Messages(
            self,
            "Requests",
            bus=VAULT_BUS,
            detail_type=WANTED,
            accounts=sorted({source.account for source in vault.sources}),
            queue=self.work,
            description="Snapkeep: what sources in other accounts ask of the vault",
        )
        events.Rule(
            self,
            "Ended",
            description="Snapkeep: copies of EBS snapshots that ended in the vault",
            event_pattern=copies_ended(Stack.of(self).account, [vault.region]),
            targets=[targets.SqsQueue(self.work.queue, dead_letter_queue=self.work.failures)],
        )

    def _start(self, platform: Platform) -> None:
        platform.schedules.add(
            "pull-copies",
            description="Snapkeep: copies into the vault what its sources share",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        self.work.feed(self.function, batch_size=BATCH_SIZE, max_concurrency=MAX_CONCURRENCY)
