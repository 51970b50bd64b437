"""What the table's requests are about: names that people use, and the ARNs and tags behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.requests import ANSWERED
from snapkeep.domain.drivers import AUTO_MODE, EBS_CSI, NAMED_SNAPSHOT, snapshot_mark
from snapkeep.domain.policies import ON_DEMAND, USUAL_NAME
from tests.unit.infra.conftest import OSAKA_KEY, VAULTS
from tests.unit.infra.iam.concrete import ACCOUNT, REGION, Concrete
from tests.unit.infra.template import Template

CLUSTER = "myeks"
BEFORE = {tags.MANAGED: "true", tags.CLUSTER: CLUSTER, EBS_CSI.mark: "true"}
"""Of a version that did not write the name of the deployment."""
FRESH = BEFORE | {tags.DEPLOYMENT: USUAL_NAME}
POINT = {tags.POINT: "data-20261123t170000z-0123456789", tags.POLICY: "nightly"}
OURS = FRESH | POINT
COPY = {
    **{key: value for key, value in OURS.items() if key != EBS_CSI.mark},
    tags.MANAGED: copy_tags.COPY,
    copy_tags.PLACE: "osaka",
    copy_tags.COPY_FROM: f"{ACCOUNT}/{REGION}",
}
STRANDED = COPY | {tags.CLUSTER: "gone", tags.DEPLOYMENT: "gone", copy_tags.PLACE: "seoul"}
OSAKA = "arn:aws:ec2:ap-northeast-3::snapshot"
GROUP = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:0a:autoScalingGroupName"
CUT_BY_AUTO_MODE = AUTO_MODE.tags(CLUSTER) | {NAMED_SNAPSHOT: snapshot_mark("uid-1")}
EC2 = f"arn:aws:ec2:{REGION}"
API = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2c3/live"
SHOP = f"{API}/POST/v1/clusters/{CLUSTER}/namespaces/shop"
BANK = f"{API}/POST/v1/clusters/{CLUSTER}/namespaces/bank"
VAULTS_OF_BACKUP = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"


@dataclass(frozen=True)
class Thing:
    """One resource: its ARN, the tags it carries, and the policy attached to it, if any."""

    arn: str
    tags: Mapping[str, str] = field(default_factory=dict)
    policy: Mapping[str, Any] | None = None


POINTS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0b"
"""Under which points may be read; `key` is any other."""
SECRETS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0d"

LEAVES_IT_TO_IAM = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
"""A key's default policy. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""

OUTSIDE: Mapping[str, Thing] = {
    "everything": Thing("*"),
    "new snapshot": Thing(f"{EC2}::snapshot/*"),
    "our snapshot": Thing(f"{EC2}::snapshot/snap-0a", OURS),
    "our fresh snapshot": Thing(f"{EC2}::snapshot/snap-0j", FRESH),
    "held snapshot": Thing(f"{EC2}::snapshot/snap-0b", OURS | {tags.HOLD: "true"}),
    "our snapshot of the policy paused": Thing(f"{EC2}::snapshot/snap-0l", OURS | {tags.POLICY: "paused"}),
    "once held snapshot": Thing(f"{EC2}::snapshot/snap-0c", OURS | {tags.HOLD: ""}),
    "foreign snapshot": Thing(f"{EC2}::snapshot/snap-0d", {"owner": "somebody"}),
    "snapshot of the driver": Thing(f"{EC2}::snapshot/snap-0e", {EBS_CSI.mark: "true"}),
    "snapshot cut by Auto Mode": Thing(f"{EC2}::snapshot/snap-0g", CUT_BY_AUTO_MODE),
    "adopted snapshot of Auto Mode": Thing(f"{EC2}::snapshot/snap-0k", CUT_BY_AUTO_MODE | OURS),
    "snapshot cut by Auto Mode elsewhere": Thing(
        f"{EC2}::snapshot/snap-0h", CUT_BY_AUTO_MODE | {AUTO_MODE.cluster_key: "elsewhere"}
    ),
    "snapshot for Auto Mode by hand": Thing(f"{EC2}::snapshot/snap-0i", AUTO_MODE.tags(CLUSTER)),
    "snapshot of another cluster": Thing(f"{EC2}::snapshot/snap-0f", OURS | {tags.CLUSTER: "elsewhere"}),
    "snapshot of another deployment": Thing(f"{EC2}::snapshot/snap-0l", OURS | {tags.DEPLOYMENT: "green"}),
    "fresh snapshot of another deployment": Thing(
        f"{EC2}::snapshot/snap-0m", FRESH | {tags.DEPLOYMENT: "green"}
    ),
    "snapshot from before": Thing(f"{EC2}::snapshot/snap-0n", BEFORE | POINT),
    "fresh snapshot from before": Thing(f"{EC2}::snapshot/snap-0o", BEFORE),
    "copy of a deployment that is gone": Thing(f"{EC2}::snapshot/snap-0p", STRANDED),
    "lent copy": Thing(
        f"{EC2}::snapshot/snap-0q", STRANDED | EBS_CSI.tags(CLUSTER) | {tags.HOLD: "restore:0a"}
    ),
    "new copy": Thing(f"{OSAKA}/*"),
    "our copy": Thing(f"{OSAKA}/snap-1a", COPY),
    "held copy": Thing(f"{OSAKA}/snap-1b", COPY | {tags.HOLD: ""}),
    "copy of another cluster": Thing(f"{OSAKA}/snap-1c", COPY | {tags.CLUSTER: "elsewhere"}),
    "copy of another deployment": Thing(f"{OSAKA}/snap-1d", COPY | {tags.DEPLOYMENT: "green"}),
    "copy of a namesake": Thing(f"{OSAKA}/snap-1k", COPY | {copy_tags.COPY_FROM: f"{ACCOUNT}/us-east-1"}),
    "copy in a place that left": Thing(f"{OSAKA}/snap-1e", COPY | {copy_tags.PLACE: "former"}),
    "copy that only people asked for": Thing(f"{OSAKA}/snap-1f", COPY | {tags.POLICY: ON_DEMAND}),
    "copy of the policy paused": Thing(f"{OSAKA}/snap-1g", COPY | {tags.POLICY: "paused"}),
    "point in the place's Region": Thing(f"{OSAKA}/snap-1h", OURS),
    "what looks like a copy at home": Thing(f"{EC2}::snapshot/snap-1i", COPY),
    "copy in a Region without a place": Thing("arn:aws:ec2:eu-west-1::snapshot/snap-1j", COPY),
    "volume of the driver": Thing(f"{EC2}:{ACCOUNT}:volume/vol-0a", {"ebs.csi.aws.com/cluster": "true"}),
    "volume of an old driver": Thing(f"{EC2}:{ACCOUNT}:volume/vol-0b", {"CSIVolumeName": "pvc-1"}),
    "volume of Auto Mode": Thing(
        f"{EC2}:{ACCOUNT}:volume/vol-0f", {AUTO_MODE.mark: "true", AUTO_MODE.cluster_key: CLUSTER}
    ),
    "volume moved to Auto Mode": Thing(f"{EC2}:{ACCOUNT}:volume/vol-0g", {AUTO_MODE.cluster_key: CLUSTER}),
    "in-tree volume": Thing(f"{EC2}:{ACCOUNT}:volume/vol-0c", {"kubernetes.io/created-for/pvc/name": "data"}),
    "adopted volume": Thing(f"{EC2}:{ACCOUNT}:volume/vol-0d", {tags.MANAGED: "true"}),
    "volume of a database outside": Thing(f"{EC2}:{ACCOUNT}:volume/vol-0e", {"Name": "oracle"}),
    "instance": Thing(f"{EC2}:{ACCOUNT}:instance/i-0a"),
    "our cluster": Thing(f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{CLUSTER}"),
    "another cluster": Thing(f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/elsewhere"),
    "our event bus": Thing(f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"),
    **{f"bus of the vault {each.name}": Thing(each.vault_bus) for each in VAULTS},
    "another account's bus": Thing("arn:aws:events:eu-west-1:999988887777:event-bus/snapkeep-vault"),
    "another event bus": Thing(f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/payments"),
    "group of a node group": Thing(f"{GROUP}/eks-spot", {"eks:cluster-name": CLUSTER}),
    "group of eksctl": Thing(f"{GROUP}/ng-1", {"alpha.eksctl.io/cluster-name": CLUSTER}),
    "group of another cluster": Thing(f"{GROUP}/eks-other", {"eks:cluster-name": "elsewhere"}),
    "group of no cluster": Thing(f"{GROUP}/web", {"Name": "web"}),
    "key": Thing(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a", policy=LEAVES_IT_TO_IAM),
    "key of Secrets": Thing(SECRETS_KEY, policy=LEAVES_IT_TO_IAM),
    "key of checks": Thing(POINTS_KEY, policy=LEAVES_IT_TO_IAM),
    "key of the place": Thing(OSAKA_KEY, policy=LEAVES_IT_TO_IAM),
    "vault of file systems": Thing(f"{VAULTS_OF_BACKUP}:snapkeep-efs"),
    "another vault of AWS Backup": Thing(f"{VAULTS_OF_BACKUP}:aws/efs/automatic-backup-vault"),
    "backup of a file system": Thing(f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:0a", OURS),
    "backup of another deployment": Thing(
        f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:0b", {**OURS, "snapkeep:deployment": "green"}
    ),
    "a foreign recovery point": Thing(f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:0c"),
    "file system": Thing(f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/fs-0a"),
    "held backup of a file system": Thing(
        f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:0d", {**OURS, "snapkeep:hold": "cluster me"}
    ),
    "AWS Backup's own role": Thing(
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    ),
    "access point": Thing(f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:access-point/fsap-0a"),
    "role of AWS Backup": Thing(f"arn:aws:iam::{ACCOUNT}:role/snapkeep/snapkeep-{REGION}-aws-backup"),
    "another bucket": Thing("arn:aws:s3:::payroll/x.html"),
    "another table": Thing(f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"),
    "another queue": Thing(f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"),
    "another function": Thing(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"),
    "another log": Thing(f"{LOGS}:/aws/lambda/orders:log-stream:1"),
    "a rule of another account": Thing(f"arn:aws:events:{REGION}:999988887777:rule/x"),
    "the account": Thing(f"arn:aws:account::{ACCOUNT}:account"),
    "a role": Thing(f"arn:aws:iam::{ACCOUNT}:role/admin"),
    "a role of prune's name elsewhere": Thing(f"arn:aws:iam::{ACCOUNT}:role/Snapkeep-PruneRoleEvil"),
    "a new role under our path": Thing(f"arn:aws:iam::{ACCOUNT}:role/snapkeep/evil"),
    "role of prune": Thing(f"arn:aws:iam::{ACCOUNT}:role/snapkeep/snapkeep-{REGION}-prune"),
    "role of a deployer": Thing(f"arn:aws:iam::{ACCOUNT}:role/cdk-snapkeep-cfn-exec-role-{ACCOUNT}-{REGION}"),
    "role of break-glass": Thing(f"arn:aws:iam::{ACCOUNT}:role/break-glass"),
    "our stack": Thing(f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/Snapkeep/0a"),
    "another stack": Thing(f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/Payroll/0a"),
    "restores into shop": Thing(f"{API}/POST/v1/clusters/{CLUSTER}/namespaces/shop/restores"),
    "points of shop": Thing(f"{API}/GET/v1/clusters/{CLUSTER}/namespaces/shop/recovery-points"),
    "holds of shop": Thing(f"{API}/DELETE/v1/clusters/{CLUSTER}/namespaces/shop/recovery-points/p1/hold"),
    "restores into bank": Thing(f"{API}/POST/v1/clusters/{CLUSTER}/namespaces/bank/restores"),
    "restores into any namespace": Thing(f"{API}/POST/v1/clusters/{CLUSTER}/restores"),
    "shop in another cluster": Thing(f"{API}/POST/v1/clusters/second/namespaces/shop/restores"),
    "lists of shop's files": Thing(f"{SHOP}/recovery-points/p1/listings"),
    "versions of shop's files": Thing(f"{SHOP}/claims/data/versions"),
    "searches in shop": Thing(f"{SHOP}/claims/data/searches"),
    "objects of shop": Thing(f"{SHOP}/backups/r1/downloads"),
    "files of shop": Thing(f"{SHOP}/recovery-points/p1/downloads"),
    "operations on shop's files": Thing(
        f"{API}/GET/v1/clusters/{CLUSTER}/namespaces/shop/file-operations/0a"
    ),
    "lists of bank's files": Thing(f"{BANK}/recovery-points/p1/listings"),
    "files of bank": Thing(f"{BANK}/recovery-points/p1/downloads"),
    "operations on bank's files": Thing(
        f"{API}/GET/v1/clusters/{CLUSTER}/namespaces/bank/file-operations/0a"
    ),
    "lists of any files": Thing(f"{API}/POST/v1/clusters/{CLUSTER}/recovery-points/p1/listings"),
    "any files": Thing(f"{API}/POST/v1/clusters/{CLUSTER}/recovery-points/p1/downloads"),
    "operations on any files": Thing(f"{API}/GET/v1/clusters/{CLUSTER}/file-operations/0a"),
    "retention by hand": Thing(f"{API}/POST/v1/clusters/{CLUSTER}/prune"),
}
"""What is not in the template."""


def things(concrete: Concrete) -> dict[str, Thing]:
    """All things that are the same for every role."""
    template = concrete.template
    (table,) = template.resources("DynamoDB::Table")
    (topic,) = template.resources("SNS::Topic")
    bucket, objects = (_bucket(template, name) for name in ("Reports", "SaveObjects"))
    journal = concrete.arn(table)
    queues = {
        f"queue of {name}": queue_of(concrete, template.source_of(name)[0]["EventSourceArn"])
        for name in ("take_snapshots", "record_completion", "save_node", "release_volumes", "copy_points")
    }
    (hooks,) = (
        each["EventSourceArn"]
        for each in template.resources("Lambda::EventSourceMapping").values()
        if template.at(each["FunctionName"])["FunctionName"] == "snapkeep-handle-interruption"
    )
    failed = template.schedule("prune")["Target"]["DeadLetterConfig"]["Arn"]
    return {
        **OUTSIDE,
        **queues,
        "journal": Thing(journal),
        "bucket of reports": Thing(concrete.arn(bucket)),
        "a report": Thing(f"{concrete.arn(bucket)}/{CLUSTER}.html"),
        "a fetched file": Thing(f"{concrete.arn(bucket)}/files/0a.content"),
        "something else in the bucket": Thing(f"{concrete.arn(bucket)}/payroll.csv"),
        "bucket of objects": Thing(concrete.arn(objects)),
        "an archive": Thing(f"{concrete.arn(objects)}/{CLUSTER}/nightly/r1/shop.yaml.gz"),
        "a file of Secrets": Thing(f"{concrete.arn(objects)}/{CLUSTER}/nightly/r1/shop.secrets.enc"),
        "a manifest": Thing(f"{concrete.arn(objects)}/{CLUSTER}/nightly/r1/shop.json"),
        "an index of the journal": Thing(f"{journal}/index/open"),
        "queue of lifecycle hooks": queue_of(concrete, hooks),
        "queue of schedules that failed": queue_of(concrete, failed),
        "topic": Thing(concrete.arn(topic), policy=_policy(concrete, "SNS::TopicPolicy", "Topics", topic)),
        "rule of snapshots": rule_with(concrete, "createSnapshot"),
        "rule of copies": rule_with(concrete, "copySnapshot"),
        "rule of archives": rule_with(concrete, "archiveSnapshot"),
        "rule of answers": rule_with(concrete, ANSWERED),
        "rule of deaths": rule_with(concrete, '["terminated"]'),
        "rule of failures": rule_with(concrete, "Snapkeep Run Failed"),
        **functions_of(concrete),
    }


def _bucket(template: Template, name: str) -> str:
    """The bucket whose logical id begins so."""
    (found,) = (each for each in template.resources("S3::Bucket") if each.startswith(name))
    return found


def things_of(concrete: Concrete, role: str) -> dict[str, Thing]:
    """The things that a role calls its own."""
    function = role.removeprefix("start ")
    properties = concrete.template.function(function)
    log = concrete.template.at(properties["LoggingConfig"]["LogGroup"])["LogGroupName"]
    logs = f"arn:aws:logs:{REGION}:{concrete.account}:log-group"
    mine = {"its log": Thing(f"{logs}:{log}:log-stream:1"), "its function": functions_of(concrete)[function]}
    if "DeadLetterConfig" in properties:
        mine["its failure queue"] = queue_of(concrete, properties["DeadLetterConfig"]["TargetArn"])
    return mine


def functions_of(concrete: Concrete) -> dict[str, Thing]:
    found = concrete.template.resources("Lambda::Function").items()
    return {
        each["FunctionName"].removeprefix("snapkeep-").replace("-", "_"): Thing(concrete.arn(logical_id))
        for logical_id, each in found
    }


def rule_with(concrete: Concrete, pattern: str) -> Thing:
    (found,) = (
        logical_id
        for logical_id, rule in concrete.template.resources("Events::Rule").items()
        if pattern in json.dumps(rule["EventPattern"])
    )
    return Thing(concrete.arn(found))


def queue_of(concrete: Concrete, reference: Any) -> Thing:
    logical_id = reference["Fn::GetAtt"][0]
    return Thing(concrete.arn(logical_id), policy=_policy(concrete, "SQS::QueuePolicy", "Queues", logical_id))


def _policy(concrete: Concrete, kind: str, attached: str, logical_id: str) -> Mapping[str, Any] | None:
    for each in concrete.template.resources(kind).values():
        if {"Ref": logical_id} in each[attached]:
            return concrete.policy(each["PolicyDocument"])
    return None
