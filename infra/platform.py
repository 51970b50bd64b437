"""What all functions of a deployment share; the stack assembles it once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_lambda as lambda_

from infra.constructs.journal_table import JournalTable
from infra.constructs.network import Network
from infra.constructs.schedules import Schedules
from infra.packaging.assets import Asset
from infra.permissions import Owner
from snapkeep.domain.policies import Deployment, Policy
from snapkeep_cli.config.stack_options import StackOptions


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The functions' code and runtime, and what they work with: journal, schedules, event bus, clusters.

    Functions that talk to clusters run in the network, if there is one. `prefix` is the deployment's name.
    """

    prefix: str
    deployment: Deployment
    options: StackOptions
    runtime: lambda_.Runtime
    architecture: lambda_.Architecture
    layers: Sequence[lambda_.ILayerVersion]
    optional_layers: Mapping[str, lambda_.ILayerVersion]
    handlers: Mapping[str, Asset]
    network: Network | None
    journal: JournalTable
    schedules: Schedules
    event_bus: str

    @property
    def clusters(self) -> Sequence[str]:
        """The names of the clusters that the deployment serves."""
        return [cluster.name for cluster in self.deployment.clusters]

    @property
    def policies(self) -> Sequence[Policy]:
        """The policies of the deployment."""
        return self.deployment.policies

    @property
    def owner(self) -> Owner:
        """Whose snapshots the functions may touch."""
        return Owner(self.prefix, self.clusters)

    def function_name(self, name: str) -> str:
        """The name in Lambda of one of our functions (`plan_backup`)."""
        return f"{self.prefix}-{name.replace('_', '-')}"

    def function_arn(self, stack: Stack, name: str) -> str:
        """Its ARN, by name: a role's policy cannot refer to the function, which depends on the policy."""
        return stack.format_arn(
            service="lambda",
            resource="function",
            resource_name=self.function_name(name),
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
