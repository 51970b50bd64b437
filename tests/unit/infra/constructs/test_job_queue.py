"""take_snapshots: how it reads its queue, and what it may snapshot."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.domain.drivers import EBS_CSI
from tests.unit.infra.template import Template, arns, names_no_other, ours

VOLUMES = "arn:<Partition>:ec2:ap-northeast-2:<AccountId>:volume/*"
SNAPSHOTS = "arn:<Partition>:ec2:ap-northeast-2::snapshot/*"


def test_jobs_are_taken_one_by_one_by_a_few_workers(template: Template) -> None:
    mapping, _ = template.source_of("take_snapshots")

    assert mapping["BatchSize"] == 1
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}


def test_take_snapshots_may_create_tag_and_journal_but_delete_nothing(template: Template) -> None:
    assert template.actions("take_snapshots") == {
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "ec2:CreateSnapshot",
        "ec2:CreateSnapshots",
        "ec2:CreateTags",
        "ec2:DescribeInstances",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
        "eks:DescribeCluster",
        "events:PutEvents",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
    }


@pytest.mark.parametrize(
    ("sid", "key", "value"),
    [
        ("DriverVolumes", "ebs.csi.aws.com/cluster", "true"),
        ("AutoModeVolumes", "ebs.csi.eks.amazonaws.com/cluster", "true"),
        ("AutoModeClusters", "eks:eks-cluster-name", "*"),
        ("NamedVolumes", "CSIVolumeName", "*"),
        ("InTreeVolumes", "kubernetes.io/created-for/pvc/name", "*"),
        ("AdoptedVolumes", "snapkeep:managed", "true"),
    ],
)
def test_only_volumes_that_show_they_serve_kubernetes_are_snapshotted(
    template: Template, sid: str, key: str, value: str
) -> None:
    statement = template.statement("take_snapshots", sid)

    assert arns(statement) == {VOLUMES}
    assert statement["Condition"] == {"StringLike": {f"aws:ResourceTag/{key}": value}}


def test_no_other_statement_reaches_a_volume(template: Template) -> None:
    on_volumes = [item for item in template.statements("take_snapshots") if VOLUMES in arns(item)]

    assert len(on_volumes) == 6
    assert all(item["Condition"] for item in on_volumes)


def test_a_new_snapshot_must_be_tagged_ours_and_with_our_keys_only(template: Template) -> None:
    statement = template.statement("take_snapshots", "NewSnapshots")
    condition = statement["Condition"]

    assert arns(statement) == {SNAPSHOTS}
    assert condition["StringEquals"] == ours("RequestTag")
    assert condition["Null"] == {"aws:TagKeys": "false"}
    assert set(condition["ForAllValues:StringEquals"]["aws:TagKeys"]) >= {tags.RUN, EBS_CSI.mark}


@pytest.mark.parametrize("sid", ["NewSnapshots", "CompleteTags"])
def test_drivers_tags_name_our_clusters_only(template: Template, sid: str) -> None:
    condition = template.statement("take_snapshots", sid)["Condition"]
    existing = names_no_other("ResourceTag") if sid == "CompleteTags" else {}

    assert condition["StringEqualsIfExists"] == existing | {
        **names_no_other("RequestTag"),
        "aws:RequestTag/ebs.csi.aws.com/cluster": "true",
        "aws:RequestTag/ebs.csi.aws.com/cluster-name": ["myeks", "second"],
        "aws:RequestTag/ebs.csi.eks.amazonaws.com/cluster": "true",
        "aws:RequestTag/eks:eks-cluster-name": ["myeks", "second"],
    }


def test_tags_are_written_while_creating_or_on_snapshots_of_ours(template: Template) -> None:
    new = template.statement("take_snapshots", "TagNewSnapshots")
    existing = template.statement("take_snapshots", "CompleteTags")

    assert new["Condition"]["StringEquals"] == {"ec2:CreateAction": ["CreateSnapshot", "CreateSnapshots"]}
    assert existing["Condition"]["StringEquals"] == ours("ResourceTag")
    assert arns(new) == arns(existing) == {SNAPSHOTS}


def test_take_snapshots_can_neither_hold_a_snapshot_nor_mark_one_for_pruning(template: Template) -> None:
    for sid in ("NewSnapshots", "TagNewSnapshots", "CompleteTags"):
        keys = template.statement("take_snapshots", sid)["Condition"]["ForAllValues:StringEquals"][
            "aws:TagKeys"
        ]
        assert not {tags.HOLD, tags.DUPLICATE} & set(keys)


def test_every_tag_of_a_complete_point_may_be_written(template: Template) -> None:
    keys = template.statement("take_snapshots", "CompleteTags")["Condition"]["ForAllValues:StringEquals"]
    point_keys = {
        tags.POINT,
        tags.NAMESPACE,
        tags.CLAIM,
        tags.CLAIM_UID,
        tags.METHOD,
        tags.SIZE,
        tags.FS_TYPE,
    }

    assert point_keys <= set(keys["aws:TagKeys"])
