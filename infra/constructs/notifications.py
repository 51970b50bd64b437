"""What people should know: our failure events and every alarm of the stack, on an SNS topic."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.failure_queue import failure_queue
from snapkeep.domain.metrics import SERVICE
from snapkeep.domain.report.announcements import RUNBOOKS

FAILURE_EVENTS = {"source": [SERVICE], "detail-type": [event.value for event in RUNBOOKS]}


class Notifications(Construct):
    """The topic (`topic`) that people subscribe to; created last, so that it finds every alarm.

    The L1 of a rule, because CDK's own target lets every rule of every account publish to the topic.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """

    def __init__(self, scope: Construct, id: str, *, event_bus: str) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", display_name="Snapkeep: backups that failed")
        undelivered = failure_queue(self, "Undelivered")
        rule = events.CfnRule(
            self,
            "Rule",
            description="Snapkeep: work that failed, was missed, refused, stopped, or could not be locked",
            event_bus_name=event_bus,
            event_pattern=FAILURE_EVENTS,
            targets=[
                events.CfnRule.TargetProperty(
                    arn=self.topic.topic_arn,
                    id="Topic",
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=undelivered.queue_arn),
                )
            ],
        )
        topic, of_rule, of_alarms = self.topic.topic_arn, _from(rule.attr_arn), _from(self._alarms())
        self.topic.add_to_resource_policy(_let("events", "sns:Publish", topic, of_rule))
        self.topic.add_to_resource_policy(_let("cloudwatch", "sns:Publish", topic, of_alarms))
        undelivered.add_to_resource_policy(_let("events", "sqs:SendMessage", undelivered.queue_arn, of_rule))
        for construct in Stack.of(self).node.find_all():
            if isinstance(construct, cloudwatch.Alarm):
                construct.add_alarm_action(actions.SnsAction(self.topic))

    def _alarms(self) -> str:
        """Every alarm of this stack; CloudFormation prefixes their names with the stack's."""
        stack = Stack.of(self)
        return stack.format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name=f"{stack.stack_name}-*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )


def _let(service: str, action: str, resource: str, conditions: Mapping[str, object]) -> iam.PolicyStatement:
    """Let one AWS service do this."""
    return iam.PolicyStatement(
        actions=[action],
        principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
        resources=[resource],
        conditions=conditions,
    )


def _from(source: str) -> dict[str, object]:
    """... on behalf of this source, and of nobody else's."""
    return {"ArnLike": {"aws:SourceArn": source}}
