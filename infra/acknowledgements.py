"""What cdk-nag and our own tests find fault with and we keep, each with its reason: the one place for it.

A finding that is not here fails the tests, and so does an entry that nothing needs any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Acknowledgement:
    """A rule of cdk-nag (REGION stands for the deployment's), constructs below the stack, and the reason.

    `where` are shell patterns of construct paths, without what CDK calls the resource itself.
    """

    rule: str
    where: tuple[str, ...]
    reason: str

    def covers(self, rule: str, path: str) -> bool:
        """True for a finding of this rule at one of these constructs."""
        return rule == self.rule and any(fnmatchcase(path, pattern) for pattern in self.where)


POLICIES = ("*/ExecutionRole/DefaultPolicy",)
FUNCTIONS = ("*/Function",)
_EC2 = "arn:<AWS::Partition>:ec2:REGION"

ACKNOWLEDGED = (
    # --- IAM: resources that AWS gives no narrower name, each with conditions where AWS knows any -----------
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::*]",
        POLICIES,
        "ec2:Describe…, the network interfaces that Lambda makes, and X-Ray know no resources",
    ),
    Acknowledgement(
        f"AwsSolutions-IAM5[Resource::{_EC2}:<AWS::AccountId>:volume/*]",
        (
            "JobQueue/TakeSnapshots/ExecutionRole/DefaultPolicy",
            "Interruption/SaveNode/ExecutionRole/DefaultPolicy",
        ),
        "volumes come and go; only those with a tag that shows that they serve Kubernetes",
    ),
    Acknowledgement(
        f"AwsSolutions-IAM5[Resource::{_EC2}:<AWS::AccountId>:instance/*]",
        (
            "JobQueue/TakeSnapshots/ExecutionRole/DefaultPolicy",
            "Interruption/SaveNode/ExecutionRole/DefaultPolicy",
        ),
        "nodes come and go; CreateSnapshots is authorized on each volume as well, and those need our tags",
    ),
    Acknowledgement(
        f"AwsSolutions-IAM5[Resource::{_EC2}::snapshot/*]",
        POLICIES,
        "a snapshot's id is not known before it is made; only such as carry our tags, or get them at once",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::<JournalTableE0A5D4A5.Arn>/index/*]",
        POLICIES,
        "the indexes of our own table; their names are part of its schema",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:REGION:<AWS::AccountId>:key/*]",
        ("Api/Api/ExecutionRole/DefaultPolicy",),
        "which keys encrypt snapshots is not known before; kms:DescribeKey alone, which reads no data",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:autoscaling:REGION:<AWS::AccountId>:"
        "autoScalingGroup:*:autoScalingGroupName/*]",
        ("Interruption/SaveNode/ExecutionRole/DefaultPolicy",),
        "EKS names the groups of node groups; heartbeats and completions of lifecycle actions alone",
    ),
    Acknowledgement(
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
        "AmazonAPIGatewayPushToCloudWatchLogs]",
        ("Api/Gateway/CloudWatchRole",),
        "one role an account and Region lets API Gateway write logs, and AWS asks for this policy",
    ),
    # --- the pages of the report ---------------------------------------------------------------------------
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::<ReportsBucket95FE29A2.Arn>/*.html]",
        ("Api/Api/ExecutionRole/DefaultPolicy", "Report/WriteReport/ExecutionRole/DefaultPolicy"),
        "the pages of our own bucket, one for each cluster, and nothing else in it",
    ),
    Acknowledgement(
        "AwsSolutions-S1",
        ("Reports/Bucket",),
        "who fetched a page is in the API's access log: links come from there alone, and end after 5 minutes",
    ),
    # --- queues and the topic ----------------------------------------------------------------------------
    Acknowledgement(
        "AwsSolutions-SQS3",
        ("Schedules/Failures", "*/Undelivered"),
        "it is a dead-letter queue: of Scheduler's or EventBridge's, which cdk-nag does not look at",
    ),
    Acknowledgement(
        "Serverless-SQSRedrivePolicy",
        ("*/Failures", "*/Undelivered"),
        "it is a dead-letter queue itself; an alarm tells of its first message",
    ),
    Acknowledgement("AwsSolutions-SQS4", ("*",), "docs/decisions/0006-no-tls-statement-on-queues.md"),
    Acknowledgement(
        "AwsSolutions-SNS3", ("Notifications/Topic",), "docs/decisions/0006-no-tls-statement-on-queues.md"
    ),
    # --- functions ---------------------------------------------------------------------------------------
    Acknowledgement(
        "AwsSolutions-L1",
        FUNCTIONS,
        "Python 3.13 is supported until 2029; the deployment setting `runtime` chooses a newer one",
    ),
    Acknowledgement(
        "Serverless-LambdaLatestVersion",
        FUNCTIONS,
        "Python 3.13 is supported until 2029; the deployment setting `runtime` chooses a newer one",
    ),
    Acknowledgement(
        "Serverless-LambdaDLQ",
        (
            "JobQueue/TakeSnapshots/Function",
            "Completion/RecordCompletion/Function",
            "Interruption/SaveNode/Function",
            "Interruption/ReleaseVolumes/Function",
            "Api/Api/Function",
        ),
        "started by a queue that has a dead-letter queue, or by a caller who waits: never asynchronously",
    ),
    Acknowledgement(
        "Serverless-LambdaEventSourceMappingDestination",
        ("*/Function/SqsEventSource:*",),
        "Lambda knows no failure destination for SQS; the queue's own dead-letter queue takes what fails",
    ),
    Acknowledgement(
        "Serverless-LambdaTracing", FUNCTIONS, "X-Ray costs money: an option, `deployment.tracing`"
    ),
    # --- the API -----------------------------------------------------------------------------------------
    Acknowledgement(
        "Serverless-APIGWXrayEnabled",
        ("Api/Gateway/DeploymentStage.live",),
        "X-Ray costs money: an option, `deployment.tracing`",
    ),
    Acknowledgement(
        "AwsSolutions-COG4",
        ("Api/Gateway/Default/*",),
        "IAM authorizes every method: callers are AWS principals already, and there are no secrets to keep",
    ),
    Acknowledgement(
        "AwsSolutions-APIG2",
        ("Api/Gateway",),
        "the function validates every request and answers with every mistake at once, as API Gateway cannot",
    ),
    Acknowledgement(
        "AwsSolutions-APIG3",
        ("Api/Gateway/DeploymentStage.live",),
        "nobody without AWS credentials of this account gets past IAM; a web ACL costs more than the API",
    ),
    Acknowledgement(
        "AwsSolutions-APIG6",
        ("Api/Gateway/DeploymentStage.live",),
        "the access log has every request with its caller; execution logs would hold bodies as well",
    ),
)

TRUSTED_WITHOUT_SOURCE: Mapping[str, str] = {
    "lambda.amazonaws.com": "Lambda takes on an execution role for the function that names it, and who may "
    "name it is guarded by iam:PassRole; AWS documents no source condition for its trust policy",
    "apigateway.amazonaws.com": "the account's one role for logs of API Gateway; AWS documents none, either",
}
"""Services whose trust carries no aws:SourceArn, and why. Every other one must name its source."""
