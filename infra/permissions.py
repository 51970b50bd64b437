"""What the functions may do in EC2 and EKS, one statement a function here; who gets which is in the stack.

Snapshot ARNs have an empty account field, and CreateSnapshot is authorised on the volume and on the
new snapshot at once, each by a statement of its own.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from snapkeep.domain import tags
from snapkeep.domain.drivers import AUTO_MODE, DRIVERS, EBS_CSI, NAMED_SNAPSHOT, snapshot_mark
from snapkeep.domain.interruption.ownership import EKSCTL_CLUSTER, NODE_GROUP_CLUSTER
from snapkeep.domain.metrics import SERVICE
from snapkeep.domain.policies import Policy
from snapkeep_cli.config.volume_tags import KUBERNETES_VOLUMES

CREATE_ACTIONS = ("CreateSnapshot", "CreateSnapshots")

DRIVER_TAG_KEYS = tuple(key for driver in DRIVERS.values() for key in driver.tags(""))
"""The keys by which drivers know the snapshots that they may restore from."""

POINT_TAG_KEYS = sorted(
    [
        *DRIVER_TAG_KEYS,
        *(
            value
            for name, value in vars(tags).items()
            if name.isupper() and isinstance(value, str) and value not in (tags.HOLD, tags.DUPLICATE)
        ),
    ]
)
"""The keys that say what a recovery point is: those of domain.tags, and the drivers'."""

VERDICT_TAG_KEYS = sorted([*POINT_TAG_KEYS, tags.DUPLICATE])
"""Those, and the mark of a duplicate. No function here may set or lift a hold."""

OWNER_TAG_KEYS = (tags.MANAGED, tags.CLUSTER)
"""The keys that make a snapshot ours: they are written when it is created."""

WRITTEN_BY_DRIVERS = (
    tags.SNAPSHOT_NAMESPACE,
    tags.SNAPSHOT_NAME,
    *(key for key in DRIVER_TAG_KEYS if key not in (EBS_CSI.mark, EBS_CSI.cluster_key)),
)
"""What only a driver writes, by our VolumeSnapshotClass or by itself, and who creates a snapshot."""

COMPLETION_TAG_KEYS = [key for key in POINT_TAG_KEYS if key not in (*OWNER_TAG_KEYS, *WRITTEN_BY_DRIVERS)]
"""What may be missing on a snapshot of ours that was cut for a point."""

ADOPTION_TAG_KEYS = [key for key in VERDICT_TAG_KEYS if key not in DRIVER_TAG_KEYS or key == AUTO_MODE.mark]
"""What the driver of EKS Auto Mode leaves to us: it names the cluster itself."""


GROUP_TAGS = {"HooksOfNodeGroups": NODE_GROUP_CLUSTER, "HooksOfEksctl": EKSCTL_CLUSTER}
"""Tags of an Auto Scaling group whose value is its cluster, by the statement that trusts it."""


@dataclass(frozen=True)
class Owner:
    """Whose snapshots a statement is about: those of a deployment (by its name) and of its clusters."""

    deployment: str
    clusters: Sequence[str]


def describe(*kinds: str) -> iam.PolicyStatement:
    """Read `Snapshots`, `Images` and so on; EC2 knows no narrower resource for Describe calls."""
    return iam.PolicyStatement(
        sid="Describe", actions=[f"ec2:Describe{kind}" for kind in kinds], resources=["*"]
    )


def describe_clusters(stack: Stack, clusters: Sequence[str]) -> iam.PolicyStatement:
    """Read the endpoint and certificate authority of these clusters."""
    return iam.PolicyStatement(
        sid="DescribeClusters",
        actions=["eks:DescribeCluster"],
        resources=[
            stack.format_arn(service="eks", resource="cluster", resource_name=name) for name in clusters
        ],
    )


def create_snapshots(stack: Stack, owner: Owner) -> tuple[iam.PolicyStatement, ...]:
    """Create snapshots of Kubernetes volumes that carry our tags, and only our tags, from the start."""
    actions = [f"ec2:{action}" for action in CREATE_ACTIONS]
    return (
        *(
            iam.PolicyStatement(
                sid=sid,
                actions=actions,
                resources=[_ec2_arn(stack, "volume")],
                conditions=_when("StringLike", {f"aws:ResourceTag/{key}": value}),
            )
            for sid, key, value in KUBERNETES_VOLUMES
        ),
        iam.PolicyStatement(
            sid="InstancesOfGroups",
            actions=["ec2:CreateSnapshots"],
            resources=[_ec2_arn(stack, "instance")],
        ),
        iam.PolicyStatement(
            sid="NewSnapshots",
            actions=actions,
            resources=[_snapshot_arn(stack)],
            conditions=_all(_ours("RequestTag", owner), _only(POINT_TAG_KEYS), _as_owner_writes(owner)),
        ),
        iam.PolicyStatement(
            sid="TagNewSnapshots",
            actions=["ec2:CreateTags"],
            resources=[_snapshot_arn(stack)],
            conditions=_when("StringEquals", {"ec2:CreateAction": list(CREATE_ACTIONS)})
            | _only(POINT_TAG_KEYS),
        ),
    )


def complete_tags(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Say of a snapshot that is tagged ours which point it is: in one request, and once.

    Once it names its point nothing of that can be written any more. A driver's keys only with the values
    that let it restore in these clusters.
    """
    return iam.PolicyStatement(
        sid="CompleteTags",
        actions=["ec2:CreateTags"],
        resources=[_snapshot_arn(stack)],
        conditions=_all(
            _ours("ResourceTag", owner),
            _only(COMPLETION_TAG_KEYS),
            _as_owner_writes(owner),
            _names_its_point_first(),
        ),
    )


def mark_duplicates(stack: Stack, owner: Owner) -> tuple[iam.PolicyStatement, ...]:
    """Mark a snapshot of ours as a duplicate; one that names no point gets the name in the same request."""
    marked = _when("StringEquals", {f"aws:RequestTag/{tags.DUPLICATE}": "true"})
    return (
        iam.PolicyStatement(
            sid="MarkDuplicates",
            actions=["ec2:CreateTags"],
            resources=[_snapshot_arn(stack)],
            conditions=_all(_ours("ResourceTag", owner), _only([tags.DUPLICATE]), marked),
        ),
        iam.PolicyStatement(
            sid="NameDuplicates",
            actions=["ec2:CreateTags"],
            resources=[_snapshot_arn(stack)],
            conditions=_all(
                _ours("ResourceTag", owner),
                _only([tags.DUPLICATE, tags.POINT]),
                marked,
                _names_its_point_first(),
            ),
        ),
    )


def unmark_duplicates(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Take the mark of a duplicate, and no other tag, from snapshots that are tagged ours."""
    return iam.PolicyStatement(
        sid="UnmarkDuplicates",
        actions=["ec2:DeleteTags"],
        resources=[_snapshot_arn(stack)],
        conditions=_ours("ResourceTag", owner) | _only([tags.DUPLICATE]),
    )


def adopt_snapshots(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Tag as ours what the driver of EKS Auto Mode cut for our VolumeSnapshots: it may not do so itself.

    The snapshot must name a cluster of ours, and that name stays. Which of them are ours the journal says.
    As for all others it is said in one request, and once.
    """
    return iam.PolicyStatement(
        sid="AdoptSnapshots",
        actions=["ec2:CreateTags"],
        resources=[_snapshot_arn(stack)],
        conditions=_all(
            _ours("RequestTag", owner),
            _only(ADOPTION_TAG_KEYS),
            _names_its_point_first(),
            _when(
                "StringEqualsIfExists",
                {f"aws:RequestTag/{AUTO_MODE.mark}": "true", f"aws:RequestTag/{tags.DUPLICATE}": "true"},
            ),
            _when(
                "StringLike",
                {
                    f"aws:ResourceTag/{AUTO_MODE.cluster_key}": list(owner.clusters),
                    f"aws:ResourceTag/{NAMED_SNAPSHOT}": snapshot_mark("*"),
                },
            ),
        ),
    )


def delete_snapshots(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Delete snapshots of ours that are not held: that have no hold tag, whatever its value.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    return iam.PolicyStatement(
        sid="DeleteSnapshots",
        actions=["ec2:DeleteSnapshot"],
        resources=[_snapshot_arn(stack)],
        conditions=_ours("ResourceTag", owner) | _when("Null", {f"aws:ResourceTag/{tags.HOLD}": "true"}),
    )


def hold_snapshots(stack: Stack, owner: Owner) -> tuple[iam.PolicyStatement, ...]:
    """Set and lift the hold tag, and no other, on snapshots that are tagged ours already."""
    only_ours = _ours("ResourceTag", owner) | _only([tags.HOLD])
    return tuple(
        iam.PolicyStatement(
            sid=sid, actions=[f"ec2:{action}"], resources=[_snapshot_arn(stack)], conditions=only_ours
        )
        for sid, action in (("Hold", "CreateTags"), ("LiftHold", "DeleteTags"))
    )


def lock_snapshots(stack: Stack, owner: Owner, policies: Sequence[Policy]) -> tuple[iam.PolicyStatement, ...]:
    """Lock each point of ours for exactly the days that its policy asks for; without locks, nothing.

    A governance lock can be replaced by a shorter one. One for as many days, from now on, ends no earlier.
    https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lock-iam.html
    """
    by_days: dict[int, list[str]] = {}
    for policy in policies:
        if policy.lock:
            by_days.setdefault(policy.lock.days, []).append(policy.name)
    if not by_days:
        return ()
    return (
        *(
            iam.PolicyStatement(
                sid=f"LockFor{days}Days{number or ''}",
                actions=["ec2:LockSnapshot"],
                resources=[_snapshot_arn(stack)],
                conditions=_all(
                    _ours("ResourceTag", owner),
                    _when("StringEquals", {f"aws:ResourceTag/{tags.POLICY}": some}),
                    _when("NumericEquals", {"ec2:SnapshotLockDuration": str(days)}),
                ),
            )
            for days, names in sorted(by_days.items())
            for number, some in enumerate(_portions(sorted(names)))
        ),
        iam.PolicyStatement(sid="SeeLocks", actions=["ec2:DescribeLockedSnapshots"], resources=["*"]),
    )


def _portions(names: Sequence[str]) -> list[Sequence[str]]:
    """Names by the 25: CDK splits a policy that is too long for IAM between statements, not within one."""
    return [names[start : start + 25] for start in range(0, len(names), 25)]


def describe_keys(stack: Stack) -> iam.PolicyStatement:
    """Read the state of keys; which of them encrypt snapshots nobody knows before."""
    return iam.PolicyStatement(
        sid="DescribeKeys",
        actions=["kms:DescribeKey"],
        resources=[stack.format_arn(service="kms", resource="key", resource_name="*")],
    )


def look_into_bin() -> iam.PolicyStatement:
    """List what is in the Recycle Bin; EC2 knows no narrower resource for it, as for Describe calls."""
    return iam.PolicyStatement(sid="LookIntoBin", actions=["ec2:ListSnapshotsInRecycleBin"], resources=["*"])


def answer_lifecycle_hooks(stack: Stack, clusters: Sequence[str]) -> tuple[iam.PolicyStatement, ...]:
    """Keep lifecycle hooks waiting and let them go, of Auto Scaling groups whose tags name a cluster of ours.

    EKS tags the groups of node groups, and eksctl its own. The other tag by which an instance names its
    cluster has the name in the key, so that each cluster would need a statement.
    https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html
    """
    return tuple(
        iam.PolicyStatement(
            sid=sid,
            actions=["autoscaling:RecordLifecycleActionHeartbeat", "autoscaling:CompleteLifecycleAction"],
            resources=[
                stack.format_arn(
                    service="autoscaling",
                    resource="autoScalingGroup",
                    resource_name="*:autoScalingGroupName/*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            conditions=_when("StringEquals", {f"aws:ResourceTag/{key}": list(clusters)}),
        )
        for sid, key in GROUP_TAGS.items()
    )


KEY_USES = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
"""What DynamoDB and SQS do with a customer's key in the name of who calls them.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""


def use_key(stack: Stack, key_arn: str) -> iam.PolicyStatement:
    """Let DynamoDB and SQS, and nobody else, use this key in the role's name."""
    services = [f"{service}.{stack.region}.{stack.url_suffix}" for service in ("dynamodb", "sqs")]
    return iam.PolicyStatement(
        sid="UseKey",
        actions=[f"kms:{action}" for action in KEY_USES],
        resources=[key_arn],
        conditions=_when("StringEquals", {"kms:ViaService": services}),
    )


NETWORK_INTERFACES = (
    "AssignPrivateIpAddresses",
    "CreateNetworkInterface",
    "DeleteNetworkInterface",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "UnassignPrivateIpAddresses",
)


def join_network(function_arn: str) -> tuple[iam.PolicyStatement, ...]:
    """Let Lambda put a function into a VPC, and keep the function's own code from doing the same.

    Lambda asks for these on every resource.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """
    actions = [f"ec2:{action}" for action in NETWORK_INTERFACES]
    return (
        iam.PolicyStatement(sid="NetworkInterfaces", actions=actions, resources=["*"]),
        iam.PolicyStatement(
            sid="OnlyByLambda",
            effect=iam.Effect.DENY,
            actions=actions,
            resources=["*"],
            conditions=_when("ArnEquals", {"lambda:SourceFunctionArn": function_arn}),
        ),
    )


def send_messages(queue_arn: str) -> iam.PolicyStatement:
    """Send to one queue."""
    return iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue_arn])


def put_events(stack: Stack, bus: str) -> iam.PolicyStatement:
    """Publish to one event bus of this account and Region, in our own name and in nobody else's.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    """
    return iam.PolicyStatement(
        sid="Announce",
        actions=["events:PutEvents"],
        resources=[stack.format_arn(service="events", resource="event-bus", resource_name=bus)],
        conditions={
            "ForAllValues:StringEquals": {"events:source": SERVICE},
            "Null": {"events:source": "false"},
        },
    )


def invoke(function_arn: str) -> iam.PolicyStatement:
    """Start one function."""
    return iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function_arn])


def _ours(kind: str, owner: Owner) -> dict[str, Mapping[str, object]]:
    """The snapshot is of this deployment and of its clusters; points from before the tag carry no name."""
    name = {f"aws:{kind}/{tags.DEPLOYMENT}": owner.deployment}
    ours = {f"aws:{kind}/{tags.MANAGED}": "true", f"aws:{kind}/{tags.CLUSTER}": list(owner.clusters)}
    if kind == "RequestTag":
        return _when("StringEquals", {**ours, **name})
    return _when("StringEquals", ours) | _when("StringEqualsIfExists", name)


def _only(keys: Sequence[str]) -> dict[str, Mapping[str, object]]:
    # Without `Null`, a request that carries no tag at all would pass ForAllValues.
    return {
        "ForAllValues:StringEquals": {"aws:TagKeys": list(keys)},
        "Null": {"aws:TagKeys": "false"},
    }


def _names_its_point_first() -> dict[str, Mapping[str, object]]:
    """The request names the point of a snapshot that names none yet.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    key = tags.POINT
    return _when("Null", {f"aws:ResourceTag/{key}": "true", f"aws:RequestTag/{key}": "false"})


def _as_owner_writes(owner: Owner) -> dict[str, Mapping[str, object]]:
    """Tags name this deployment, if any; those by which drivers know what is theirs name its clusters."""
    values: dict[str, object] = {f"aws:RequestTag/{tags.DEPLOYMENT}": owner.deployment}
    for driver in DRIVERS.values():
        values |= {
            f"aws:RequestTag/{driver.mark}": "true",
            f"aws:RequestTag/{driver.cluster_key}": list(owner.clusters),
        }
    return _when("StringEqualsIfExists", values)


def _all(*conditions: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """All of these conditions; those of one operator are merged."""
    merged: dict[str, dict[str, object]] = {}
    for condition in conditions:
        for operator, keys in condition.items():
            known = merged.setdefault(operator, {})
            if known.keys() & keys.keys():
                raise ValueError(f"{operator} is asked twice of {sorted(known.keys() & keys.keys())}")
            known.update(keys)
    return merged


def _when(operator: str, keys: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    return {operator: keys}


def _ec2_arn(stack: Stack, kind: str) -> str:
    return stack.format_arn(service="ec2", resource=kind, resource_name="*")


def _snapshot_arn(stack: Stack) -> str:
    return stack.format_arn(service="ec2", account="", resource="snapshot", resource_name="*")
