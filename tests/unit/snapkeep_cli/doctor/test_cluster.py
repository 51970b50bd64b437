"""What the doctor makes of a cluster's answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from snapkeep_cli.doctor.cluster import CONTROLLER, DRIVER_IMAGE, LEASE, RULES_REVIEW, SNAPSHOT_API, Cluster
from snapkeep_cli.doctor.cluster_api import NoAnswer, Refused
from snapkeep_cli.doctor.facts import Grant, Rights, Unknown, Workload

ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles/snapkeep:prune"
BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/snapkeep:prune"
READ = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
FORBIDDEN = Refused(
    403,
    'clusterroles.rbac.authorization.k8s.io "snapkeep:prune" is forbidden: User "ada" cannot get resource '
    '"clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope',
)


class FakeApi:
    """A cluster that answers by path; an exception is raised, a list is a list of objects."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers
        self.asked: list[tuple[str, str]] = []

    def add(self, path: str, answer: Any) -> FakeApi:
        self._answers[path] = answer
        return self

    def get(self, path: str) -> Any:
        found = self._answers.get(path, Refused(404, "not found"))
        if isinstance(found, Exception):
            raise found
        return found

    def find(self, path: str) -> Any:
        try:
            return self.get(path)
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise

    def list(self, path: str) -> Any:
        return iter(self.get(path))

    def create(self, path: str, body: Any, as_group: str = "") -> Any:
        self.asked.append((path, as_group))
        return self.get(path)


def cluster(api: FakeApi) -> Cluster:
    inside: Any = api
    return Cluster(inside, "let me in")


def test_rights_are_asked_for_as_the_group() -> None:
    status = {"resourceRules": [{**READ, "resourceNames": ["one"]}], "incomplete": True}
    api = FakeApi().add(RULES_REVIEW, {"status": status})

    found = cluster(api).rights(["prune"])

    assert api.asked == [(RULES_REVIEW, "snapkeep:prune")]
    assert found == {
        "prune": Rights((Grant(("",), ("pods",), ("get",), ("one",)),), "asked as its group", True)
    }


def binding(role: str = "snapkeep:prune", group: str = "snapkeep:prune") -> dict[str, Any]:
    return {
        "roleRef": {"kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "User", "name": group}, {"kind": "Group", "name": group}],
    }


@pytest.mark.parametrize(
    ("bound", "number"),
    [(binding(), 1), (binding(role="view"), 0), (binding(group="others"), 0), (Refused(404, ""), 0)],
)
def test_who_may_not_speak_for_the_group_reads_its_role(bound: Any, number: int) -> None:
    api = FakeApi().add(RULES_REVIEW, FORBIDDEN).add(ROLES, {"rules": [READ]}).add(BINDINGS, bound)

    rights = cluster(api).rights(["prune"])["prune"]

    assert isinstance(rights, Rights)
    assert len(rights.grants) == number
    assert rights.source == "read from its ClusterRole and binding"


def test_who_may_read_nothing_is_told_how_to_get_in() -> None:
    api = FakeApi().add(RULES_REVIEW, FORBIDDEN).add(ROLES, FORBIDDEN)
    assert cluster(api).rights(["prune"])["prune"] == Unknown(
        "the cluster does not let you get clusterroles", "let me in"
    )

    stranger = FakeApi().add(RULES_REVIEW, Refused(401, "Unauthorized"))
    assert cluster(stranger).rights(["prune"])["prune"] == Unknown(
        "the cluster does not know you", "let me in"
    )


def test_an_endpoint_that_does_not_answer_is_no_verdict() -> None:
    api = FakeApi().add(SNAPSHOT_API, NoAnswer("https://k8s does not answer: timed out"))

    assert cluster(api).snapshot_kinds() == Unknown("https://k8s does not answer: timed out")


def test_without_the_crds_there_are_no_kinds_and_no_classes() -> None:
    assert cluster(FakeApi()).snapshot_kinds() == frozenset()
    assert cluster(FakeApi()).classes() == ()


def test_the_lease_tells_when_it_was_renewed() -> None:
    api = FakeApi().add(LEASE, {"spec": {"renewTime": "2026-11-24T12:00:00.123456Z"}})

    assert cluster(api).renewed() == datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
    assert cluster(FakeApi()).renewed() is None


def test_components_are_known_by_their_images() -> None:
    containers = [
        {
            "name": "ebs-plugin",
            "image": "602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/aws-ebs-csi-driver:v1",
        },
        {"name": "csi-snapshotter", "image": "x/csi-snapshotter:v8", "args": ["--extra-create-metadata"]},
    ]
    driver = {
        "metadata": {"namespace": "kube-system", "name": "ebs-csi-controller"},
        "spec": {"template": {"spec": {"containers": containers}}},
        "status": {"availableReplicas": 2},
    }
    silent = {
        "metadata": {"namespace": "tools", "name": "sc"},
        "spec": {
            "template": {"spec": {"containers": [{"name": "main", "image": "snapshot-controller@sha256:1"}]}}
        },
    }
    api = FakeApi().add("/apis/apps/v1/deployments", [driver, silent])

    assert cluster(api).workloads() == {
        DRIVER_IMAGE: Workload(
            "kube-system/ebs-csi-controller",
            2,
            {"ebs-plugin": (), "csi-snapshotter": ("--extra-create-metadata",)},
        ),
        CONTROLLER: Workload("tools/sc", 0, {"main": ()}),
    }


def volume(source: dict[str, Any], phase: str = "Bound") -> dict[str, Any]:
    claim = {"namespace": "shop", "name": "data"}
    return {"spec": {**source, "claimRef": claim}, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("item", "known"),
    [
        (volume({"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}}), {"vol-1": "shop/data"}),
        (
            volume({"csi": {"driver": "ebs.csi.eks.amazonaws.com", "volumeHandle": "vol-1"}}),
            {"vol-1": "shop/data"},
        ),
        (volume({"awsElasticBlockStore": {"volumeID": "aws://eu-west-1a/vol-2"}}), {"vol-2": "shop/data"}),
        (volume({"csi": {"driver": "efs.csi.aws.com", "volumeHandle": "fs-1"}}), {}),
        (volume({"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-3"}}, "Released"), {}),
        ({"spec": {"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-4"}}}, {}),
    ],
)
def test_claims_are_those_bound_to_ebs(item: dict[str, Any], known: dict[str, str]) -> None:
    assert cluster(FakeApi().add("/api/v1/persistentvolumes", [item])).claims() == known


def test_classes_say_whose_they_are() -> None:
    ours = {
        "metadata": {
            "name": "snapkeep-myeks",
            "labels": {"app.kubernetes.io/part-of": "snapkeep"},
            "annotations": {"snapshot.storage.kubernetes.io/is-default-class": "true"},
        },
        "driver": "ebs.csi.aws.com",
        "deletionPolicy": "Retain",
    }
    api = FakeApi().add(f"{SNAPSHOT_API}/volumesnapshotclasses", [ours])

    found = cluster(api).classes()

    assert not isinstance(found, Unknown)
    assert [(each.name, each.ours, each.is_default) for each in found] == [("snapkeep-myeks", True, True)]


GUARD = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "cordons"},
    "spec": {"failurePolicy": "Fail", "rules": [{"resources": ["nodes"]}]},
}
POLICIES = "/apis/admissionregistration.k8s.io/v1"


@pytest.mark.parametrize(
    ("spec", "as_printed"),
    [
        ({"failurePolicy": "Fail", "rules": [{"resources": ["nodes"], "scope": "*"}], "more": {}}, True),
        ({"failurePolicy": "Ignore", "rules": [{"resources": ["nodes"]}]}, False),
        ({"failurePolicy": "Fail", "rules": []}, False),
        (None, False),
    ],
)
def test_an_object_is_as_printed_when_it_says_no_less(spec: Any, as_printed: bool) -> None:
    kinds = {"resources": [{"kind": "ValidatingAdmissionPolicy", "name": "validatingadmissionpolicies"}]}
    api = FakeApi().add(POLICIES, kinds)
    api.add(f"{POLICIES}/validatingadmissionpolicies/cordons", {"spec": spec})

    assert cluster(api).applied([GUARD]) == {"ValidatingAdmissionPolicy cordons": as_printed}


def test_an_object_whose_kind_or_self_is_absent_is_not_there() -> None:
    missing = {"ValidatingAdmissionPolicy cordons": False}

    assert cluster(FakeApi()).applied([GUARD]) == missing
    kinds = {"resources": [{"kind": "ValidatingAdmissionPolicy", "name": "validatingadmissionpolicies"}]}
    assert cluster(FakeApi().add(POLICIES, kinds)).applied([GUARD]) == missing
