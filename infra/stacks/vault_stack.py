"""The stack of a vault: assembles constructs, and defines nothing itself."""

from __future__ import annotations

from constructs import Construct

from infra import permissions
from infra.constructs.api import Api
from infra.constructs.dashboard import Shown
from infra.constructs.lend_copies import LendCopies
from infra.constructs.prune_copies import PruneCopies
from infra.constructs.pull_copies import PullCopies
from infra.constructs.report import Report, ReportBucket
from infra.deployment_config import DeploymentConfig
from infra.packaging.assets import Assets
from infra.stacks.regional_stack import RegionalStack
from snapkeep.domain.vault.vault import Vault

STAYS = (
    "Every copy, with its lock. The key of the copies. The journal: DynamoDB table {table}, protected from "
    "deletion. The report pages: bucket {bucket}."
)
"""What `cdk destroy` leaves, shown where people look before they run it."""


class VaultStack(RegionalStack):
    """Everything that Snapkeep runs in the account of a vault."""

    def __init__(self, scope: Construct, *, config: DeploymentConfig, vault: Vault, assets: Assets) -> None:
        super().__init__(
            scope,
            config=config,
            assets=assets,
            description="Snapkeep: a vault for copies of other accounts' backups",
        )
        platform = self.platform
        pull = PullCopies(self, "PullCopies", platform=platform, vault=vault)
        lend = LendCopies(self, "LendCopies", platform=platform, vault=vault)
        marks = permissions.copies_in(vault)
        prune = PruneCopies(self, "PruneCopies", platform=platform, marks=marks, places=vault.places)
        pages = ReportBucket(self, "Reports")
        report = Report(self, "Report", platform=platform, pages=pages)
        asked = [prune.function, lend.function]
        api = Api(self, "Api", platform=platform, asked=asked, pages=pages)
        functions = [pull.function, *asked, report.function, api.function]
        topic = self.watch(functions, Shown.COPIES)
        self.say(
            JournalTableName=platform.journal.name,
            ApiUrl=api.url,
            FailureTopicArn=topic.topic_arn,
            StaysAfterDestroy=STAYS.format(table=platform.journal.name, bucket=pages.name),
        )
