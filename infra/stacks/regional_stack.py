"""What the stacks with functions share: how a Region's stack begins, and what watches over it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Environment, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.customer_key import encrypt
from infra.constructs.dashboard import Dashboard, Shown
from infra.constructs.journal_table import JournalTable
from infra.constructs.network import Network
from infra.constructs.notifications import Notifications
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import Schedules
from infra.constructs.shared_layers import SharedLayers
from infra.deployment_config import SNAP_START_RUNTIMES, DeploymentConfig
from infra.packaging.assets import Assets
from infra.platform import Platform

EVENT_BUS = "default"


class RegionalStack(Stack):
    """A stack with a journal and functions in the Region of its config; `platform` is what they share."""

    def __init__(
        self, scope: Construct, *, config: DeploymentConfig, assets: Assets, description: str
    ) -> None:
        super().__init__(
            scope,
            config.stack,
            description=description,
            env=Environment(region=config.region),
            # The CLI checks the bootstrap version itself; the template stays deployable without one.
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        self.config = config
        self._apply()
        self.platform = self._platform(assets)

    def watch(self, functions: Sequence[PythonFunction], *shown: Shown) -> sns.ITopic:
        """Alarms and the dashboard over everything created so far, and the customer's key for it; returns
        the topic.
        """
        topic = Notifications(self, "Notifications", event_bus=EVENT_BUS).topic
        Dashboard(self, "Dashboard", name=self.config.prefix, functions=functions, shown=shown)
        if key := self.config.options.kms_key:
            encrypt(self, key, [*(each.role for each in functions), *self.platform.schedules.roles])
        return topic

    def say(self, **outputs: str) -> None:
        """Outputs of the stack by name."""
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)

    def _apply(self) -> None:
        """Settings for everything in the stack; called first."""
        options = self.config.options
        self.node.set_context("runbooks", options.runbooks)
        if options.permissions_boundary:
            iam.PermissionsBoundary.of(self).apply(
                iam.ManagedPolicy.from_managed_policy_arn(self, "Boundary", options.permissions_boundary)
            )

    def _platform(self, assets: Assets) -> Platform:
        config = self.config
        runtime = lambda_.Runtime(
            config.runtime,
            lambda_.RuntimeFamily.PYTHON,
            supports_snap_start=config.runtime in SNAP_START_RUNTIMES,
        )
        architecture = lambda_.Architecture.custom(config.architecture)
        layers = SharedLayers(self, "Layers", assets=assets, runtime=runtime, architecture=architecture)
        vpc = config.options.vpc
        return Platform(
            prefix=config.prefix,
            deployment=config.deployment,
            options=config.options,
            runtime=runtime,
            architecture=architecture,
            layers=layers.layers,
            optional_layers=layers.optional,
            handlers=assets.handlers,
            network=Network(self, "Network", vpc=vpc) if vpc else None,
            journal=JournalTable(self, "Journal"),
            schedules=Schedules(self, "Schedules", prefix=config.prefix),
            event_bus=EVENT_BUS,
        )
