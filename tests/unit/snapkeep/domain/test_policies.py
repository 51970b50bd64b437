"""The deployment travels to the functions as one JSON document and arrives unchanged."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from snapkeep.domain.policies import (
    Cluster,
    Deployment,
    Method,
    Operator,
    Pace,
    Policy,
    Requirement,
    Schedule,
    Selection,
    from_document,
    to_document,
)
from snapkeep.domain.report.acceptances import Acceptance
from snapkeep.domain.retention.deletion.locks import Lock, LockMode

WORDPRESS = Policy(
    name="wordpress",
    clusters=("myeks", "other"),
    selection=Selection(
        namespaces=("wordpress",),
        exclude_namespaces=("kube-*",),
        labels=(Requirement("app", Operator.IN, ("wordpress",)), Requirement("old", Operator.DOES_NOT_EXIST)),
        storage_classes=("gp3",),
        min_bytes=2**30,
        max_bytes=2**40,
    ),
    schedule=Schedule("cron(0 */6 * * ? *)", "Asia/Seoul", 10, timedelta(minutes=90), enabled=False),
    method=Method.EBS,
    retention={"last": 28, "yearly": "all", "within": "1y5m"},
    group_label="app",
    group_fallback=True,
    lock=Lock(LockMode.COMPLIANCE, 30, 24),
    exclusive=True,
)
PLAIN = Policy(
    name="plain",
    clusters=("myeks",),
    selection=Selection(),
    schedule=Schedule("rate(1 day)"),
    method=Method.CSI,
    retention={"last": 1},
)
DEPLOYMENT = Deployment(
    clusters=(Cluster("myeks", "ap-northeast-2"), Cluster("other", "us-east-1")),
    policies=(WORDPRESS, PLAIN),
    pace=Pace(per_second=1.5, burst=20, pending=40),
    consistency_wait=timedelta(minutes=7),
    delete_orphans=True,
    adopt=True,
    accepted=(Acceptance("lab", "a playground", "tmp-*", "2027-06-30", ("myeks",)), Acceptance("b", "why")),
)


def test_a_deployment_survives_the_trip_through_json() -> None:
    assert from_document(json.loads(json.dumps(to_document(DEPLOYMENT)))) == DEPLOYMENT


def test_a_document_from_before_policies_could_be_exclusive_is_read() -> None:
    document = json.loads(json.dumps(to_document(DEPLOYMENT)))
    for policy in document["policies"]:
        del policy["exclusive"]
    assert [policy.exclusive for policy in from_document(document).policies] == [False, False]


def test_a_document_of_another_version_is_refused() -> None:
    document = to_document(DEPLOYMENT)
    with pytest.raises(TypeError):
        from_document(document | {"pace": {"per_hour": 3}})
    with pytest.raises(KeyError):
        from_document({"clusters": []})


def test_clusters_and_policies_are_found_by_name() -> None:
    assert DEPLOYMENT.policy("wordpress") is WORDPRESS
    assert DEPLOYMENT.policy("on-demand") is None
    assert DEPLOYMENT.cluster("other") == Cluster("other", "us-east-1")
    assert DEPLOYMENT.cluster("nowhere") is None
