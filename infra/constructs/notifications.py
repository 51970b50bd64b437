"""What people should hear of: our failure events and every alarm of the stack, on an SNS topic."""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
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
    """The topic (`topic`) that people subscribe to; made last, so that it finds every alarm.

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
        self.topic.add_to_resource_policy(self._publish("events", "ArnEquals", rule.attr_arn))
        self.topic.add_to_resource_policy(self._publish("cloudwatch", "ArnLike", self._alarms()))
        for construct in Stack.of(self).node.find_all():
            if isinstance(construct, cloudwatch.Alarm):
                construct.add_alarm_action(actions.SnsAction(self.topic))

    def _publish(self, service: str, operator: str, source: str) -> iam.PolicyStatement:
        """Let one AWS service publish on behalf of this source, and of nobody else's."""
        return iam.PolicyStatement(
            actions=["sns:Publish"],
            principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
            resources=[self.topic.topic_arn],
            conditions={operator: {"aws:SourceArn": source}},
        )

    def _alarms(self) -> str:
        """Every alarm of this stack; CloudFormation begins their names with the stack's."""
        stack = Stack.of(self)
        return stack.format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name=f"{stack.stack_name}-*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
