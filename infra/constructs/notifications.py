"""What people should hear of: our failure events, on an SNS topic."""

from __future__ import annotations

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

FAILURE_EVENTS = events.EventPattern(
    source=["snapkeep"],
    detail_type=["Snapkeep Run Partially Failed", "Snapkeep Run Failed", "Snapkeep Slot Missed"],
)


class Notifications(Construct):
    """The topic (`topic`) that people subscribe to."""

    def __init__(self, scope: Construct, id: str, *, event_bus: str) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", display_name="Snapkeep: backups that failed")
        rule = events.Rule(
            self,
            "Rule",
            description="Snapkeep: runs that failed in part or whole, and slots that were missed",
            event_bus=events.EventBus.from_event_bus_name(self, "Bus", event_bus),
            event_pattern=FAILURE_EVENTS,
        )
        # As a topic of elsewhere, so that CDK does not let every rule of every account publish to it.
        rule.add_target(targets.SnsTopic(sns.Topic.from_topic_arn(self, "Target", self.topic.topic_arn)))
        self.topic.add_to_resource_policy(_publish(self.topic, rule))


def _publish(topic: sns.Topic, rule: events.Rule) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["sns:Publish"],
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        resources=[topic.topic_arn],
        conditions={"ArnEquals": {"aws:SourceArn": rule.rule_arn}},
    )
