"""The stack of a place: in the Region that copies go to, it forwards what EC2 says about them."""

from __future__ import annotations

from aws_cdk import DefaultStackSynthesizer, Environment, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.copies import copies_ended
from infra.deployment_config import DeploymentConfig
from infra.stacks.regional_stack import EVENT_BUS
from snapkeep.domain.copies.places import Place
from snapkeep.domain.naming import forward_rule


class PlaceStack(Stack):
    """One rule. Without it copies are settled by the next turn of the schedule, up to 5 minutes later.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
    """

    def __init__(self, scope: Construct, *, config: DeploymentConfig, place: Place) -> None:
        super().__init__(
            scope,
            f"{config.stack}-{place.name}",
            description=f"Snapkeep: forwards events about copies in {place.region} to {config.region}",
            env=Environment(region=place.region),
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        if boundary := config.options.permissions_boundary:
            iam.PermissionsBoundary.of(self).apply(
                iam.ManagedPolicy.from_managed_policy_arn(self, "Boundary", boundary)
            )
        home = self.format_arn(
            service="events", region=config.region, resource="event-bus", resource_name=EVENT_BUS
        )
        name = forward_rule(config.prefix, place.name)
        role = self._forwarder(self.format_arn(service="events", resource="rule", resource_name=name))
        bus = events.EventBus.from_event_bus_arn(self, "Home", home)
        events.Rule(
            self,
            "CopiesEnded",
            rule_name=name,
            description=f"Snapkeep: copies that ended here, for {config.region}",
            event_pattern=copies_ended(self.account),
            targets=[targets.EventBus(bus, role=role)],
        )

    def _forwarder(self, rule: str) -> iam.Role:
        """The role that only this rule may assume; it may put events on the home bus.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
        """
        source = {
            "StringEquals": {"aws:SourceAccount": self.account},
            "ArnEquals": {"aws:SourceArn": rule},
        }
        return iam.Role(
            self,
            "Forwarder",
            description="Snapkeep: forwards events about ended copies to the home Region",
            assumed_by=iam.ServicePrincipal("events.amazonaws.com", conditions=source),
        )
