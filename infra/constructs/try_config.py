"""try_config: says what other policies would do, for the API."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.python_function import PythonFunction
from infra.platform import Platform
from snapkeep.settings import TryConfigSettings

TIMEOUT = Duration.seconds(25)
"""The API waits 22 s for it."""


class TryConfig(Construct):
    """The function (`function`). It reads what plan_backup and prune read, and can write only its log."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "TryConfig",
            platform=platform,
            name="try_config",
            description="Snapkeep: says what other policies would take, skip and prune",
            timeout=TIMEOUT,
            memory_mib=1024,
            settings=TryConfigSettings(journal_table=platform.journal.name),
        )
        self.function.allow(
            permissions.describe("Snapshots", "LockedSnapshots", "Images"),
            permissions.describe_clusters(Stack.of(self), platform.clusters),
            platform.journal.access("GetItem", "BatchGetItem", "Query"),
        )
