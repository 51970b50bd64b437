"""What people should hear of: our failure events, on an SNS topic."""

from __future__ import annotations

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

FAILURE_EVENTS = {
    "source": ["snapkeep"],
    "detail-type": [
        "Snapkeep Run Partially Failed",
        "Snapkeep Run Failed",
        "Snapkeep Slot Missed",
        "Snapkeep Point Not Locked",
        "Snapkeep Prune Braked",
        "Snapkeep Orphans Found",
        "Snapkeep Cluster Gone",
        "Snapkeep Policy Orphaned",
    ],
}


class Notifications(Construct):
    """The topic (`topic`) that people subscribe to.

    The L1 of a rule, because CDK's own target lets every rule of every account publish to the topic.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """

    def __init__(self, scope: Construct, id: str, *, event_bus: str) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", display_name="Snapkeep: backups that failed")
        rule = events.CfnRule(
            self,
            "Rule",
            description="Snapkeep: what failed, was missed, stopped, or could not be locked",
            event_bus_name=event_bus,
            event_pattern=FAILURE_EVENTS,
            targets=[events.CfnRule.TargetProperty(arn=self.topic.topic_arn, id="Topic")],
        )
        self.topic.add_to_resource_policy(_publish(self.topic, rule))


def _publish(topic: sns.Topic, rule: events.CfnRule) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["sns:Publish"],
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        resources=[topic.topic_arn],
        conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
    )
