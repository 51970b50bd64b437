"""The only place for findings of cdk-nag and our own tests that we accept, each with its reason.

A finding that is not listed here fails the tests, and so does an entry that nothing needs any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Acknowledgement:
    """A rule of cdk-nag (REGION stands for the deployment's), constructs below the stack, and the reason.

    `where` are shell patterns of construct paths, without CDK's name for the resource itself.
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
_PULL = "PullCopies/PullCopies/ExecutionRole/DefaultPolicy"
_BACK_UP_EFS = "FileSystems/BackUpFileSystems"
_PRUNE_EFS = "PruneFileSystems/PruneFileSystems"
_RESTORE_EFS = "RestoreFileSystems/RestoreFileSystems"

ACKNOWLEDGED = (
    # --- IAM: resources without a narrower ARN in AWS, each with conditions where AWS has any -----------
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::*]",
        POLICIES,
        "ec2:Describe…, the network interfaces that Lambda creates, and X-Ray support no resources",
    ),
    Acknowledgement(
        f"AwsSolutions-IAM5[Resource::{_EC2}:<AWS::AccountId>:volume/*]",
        (
            "JobQueue/TakeSnapshots/ExecutionRole/DefaultPolicy",
            "Interruption/SaveNode/ExecutionRole/DefaultPolicy",
        ),
        "volumes come and go; only volumes with a tag that shows that they serve Kubernetes",
    ),
    Acknowledgement(
        f"AwsSolutions-IAM5[Resource::{_EC2}:<AWS::AccountId>:instance/*]",
        (
            "JobQueue/TakeSnapshots/ExecutionRole/DefaultPolicy",
            "Interruption/SaveNode/ExecutionRole/DefaultPolicy",
        ),
        "nodes come and go; CreateSnapshots is also authorized on each volume, and those need our tags",
    ),
    Acknowledgement(
        f"AwsSolutions-IAM5[Resource::{_EC2}::snapshot/*]",
        POLICIES,
        "a snapshot's id is unknown in advance; only those that carry our tags, or get them at once",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::<JournalTableE0A5D4A5.Arn>/index/*]",
        POLICIES,
        "the indexes of our own table; their names are part of its schema",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:REGION:<AWS::AccountId>:key/*]",
        ("Api/Api/ExecutionRole/DefaultPolicy", "Copies/CopyPoints/ExecutionRole/DefaultPolicy"),
        "the keys that encrypt snapshots are unknown in advance; the API only describes them, and only EC2 "
        "uses them for what copies",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ec2:eu-west-1::snapshot/snap-*]",
        (_PULL,),
        "what a source shares is unknown in advance; only snapshots that the accounts of sources own",
    ),
    *(
        Acknowledgement(
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:{home}:key/*]",
            (_PULL,),
            "which keys encrypt what sources share is unknown in advance; only EC2 uses them, and the "
            "policy of each must open it to the vault",
        )
        for home in ("REGION:111122223333", "eu-west-1:333344445555")
    ),
    Acknowledgement(
        f"AwsSolutions-IAM5[Resource::{_EC2}::snapshot/snap-*]",
        ("Copies/CopyPoints/ExecutionRole/DefaultPolicy", _PULL),
        "what is copied is unknown in advance; only this account's snapshots, and IAM does not see the tags "
        "of sources",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ec2:ap-northeast-3::snapshot/*]",
        (
            "Copies/CopyPoints/ExecutionRole/DefaultPolicy",
            "PruneCopies/PruneCopies/ExecutionRole/DefaultPolicy",
        ),
        "a copy's id is unknown in advance; only those that carry our tags, or get them at once",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:autoscaling:REGION:<AWS::AccountId>:"
        "autoScalingGroup:*:autoScalingGroupName/*]",
        ("Interruption/SaveNode/ExecutionRole/DefaultPolicy",),
        "EKS names the groups of node groups; only heartbeats and completions of lifecycle actions",
    ),
    Acknowledgement(
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
        "AmazonAPIGatewayPushToCloudWatchLogs]",
        ("Api/Gateway/CloudWatchRole",),
        "one role per account and Region lets API Gateway write logs, and AWS requires this policy",
    ),
    # --- EFS file systems ------------------------------------------------------------------------------
    *(
        Acknowledgement(
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:{what}:REGION:<AWS::AccountId>:{every}]",
            tuple(f"{role}/ExecutionRole/DefaultPolicy" for role in roles),
            reason,
        )
        for what, every, roles, reason in (
            (
                "backup",
                "recovery-point:*",
                (_BACK_UP_EFS, _PRUNE_EFS, _RESTORE_EFS, "Api/Api"),
                "AWS Backup names recovery points itself; only this deployment's are tagged, restored and, "
                "where no hold keeps them, deleted; others are described",
            ),
            (
                "elasticfilesystem",
                "file-system/*",
                (_PRUNE_EFS, _RESTORE_EFS, "Api/Api"),
                "claims may be on any file system, which is described; access points are made in this "
                "deployment's name",
            ),
            (
                "elasticfilesystem",
                "access-point/*",
                (_BACK_UP_EFS, _RESTORE_EFS),
                "EFS names access points itself; they are described, and tagged only while they are made",
            ),
        )
    ),
    *(
        Acknowledgement(
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/{name}]",
            ("FileSystems/Vault/Role",),
            "what AWS Backup needs in its role, which AWS adds to; only AWS Backup assumes the role",
        )
        for name in ("AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores")
    ),
    # --- the report's pages ---------------------------------------------------------------------------
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::<ReportsBucket95FE29A2.Arn>/*.html]",
        ("Api/Api/ExecutionRole/DefaultPolicy", "Report/WriteReport/ExecutionRole/DefaultPolicy"),
        "the pages in our own bucket, one for each cluster, which holds nothing else",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::<ReportsBucket95FE29A2.Arn>/files/*]",
        ("Api/Api/ExecutionRole/DefaultPolicy", "ReadFiles/ReadFiles/ExecutionRole/DefaultPolicy"),
        "what people fetch lies for a day under one prefix of our own bucket, by the operation's id",
    ),
    Acknowledgement(
        "AwsSolutions-S1",
        ("Reports/Bucket", "SaveObjects/Objects/Bucket"),
        "the API's access log shows who fetched what: only it issues links, which expire in 5 minutes",
    ),
    # --- saved objects ----------------------------------------------------------------------------------
    *(
        Acknowledgement(
            f"AwsSolutions-IAM5[Resource::<SaveObjectsBucket9061BA99.Arn>/*.{ending}]",
            ("SaveObjects/SaveObjects/ExecutionRole/DefaultPolicy", "Api/Api/ExecutionRole/DefaultPolicy"),
            "archives, files of Secrets and manifests in a bucket of their own, for each run and namespace",
        )
        for ending in ("json", "secrets.enc", "yaml.gz")
    ),
    # --- queues and the topic ----------------------------------------------------------------------------
    Acknowledgement(
        "AwsSolutions-SQS3",
        ("Schedules/Failures", "*/Undelivered"),
        "it is a dead-letter queue of Scheduler or EventBridge, which cdk-nag does not check",
    ),
    Acknowledgement(
        "Serverless-SQSRedrivePolicy",
        ("*/Failures", "*/Undelivered"),
        "it is a dead-letter queue itself; an alarm reports its first message",
    ),
    Acknowledgement("AwsSolutions-SQS4", ("*",), "docs/decisions/0006-no-tls-statement-on-queues.md"),
    Acknowledgement(
        "AwsSolutions-SNS3", ("Notifications/Topic",), "docs/decisions/0006-no-tls-statement-on-queues.md"
    ),
    Acknowledgement(
        "Serverless-EventBusDLQ",
        ("CopiesEnded",),
        "an event that is lost delays a copy's end by 5 minutes: the schedule's next turn asks EC2 itself",
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
            "TryConfig/TryConfig/Function",
            "ReadFiles/ReadFiles/Function",
        ),
        "a queue with a dead-letter queue starts it, or a caller who waits or asks again: nothing is lost",
    ),
    Acknowledgement(
        "Serverless-LambdaEventSourceMappingDestination",
        ("*/Function/SqsEventSource:*",),
        "Lambda has no failure destination for SQS; the queue's own dead-letter queue takes what fails",
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
        "the function validates every request and reports every mistake at once, which API Gateway cannot",
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
    "lambda.amazonaws.com": "Lambda assumes an execution role for the function that names it, and who may "
    "name it is guarded by iam:PassRole; AWS documents no source condition for its trust policy",
    "backup.amazonaws.com": "a role cannot be passed from another account, and who may pass it here is "
    "guarded by iam:PassRole; AWS documents no source condition for its trust policy",
    "apigateway.amazonaws.com": "the account's one role for API Gateway's logs; AWS documents none here",
}
"""Services whose trust policy has no aws:SourceArn, and why. Every other one must name its source."""
