"""What `kubectl apply -f -` gets to see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from snapkeep_cli.cluster import node_guards, snapshot_guards
from snapkeep_cli.cluster.manifests import cluster_manifests, kustomization, to_yaml
from snapkeep_cli.config.cluster_access import (
    CLUSTER_SCOPED,
    FUNCTIONS,
    NAMED,
    SAVE_OBJECTS,
    SECRETS,
    Rule,
    access_of,
    group_name,
)
from snapkeep_cli.deployment import load_deployment


def applied(cluster: str = "myeks") -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(to_yaml(cluster_manifests(cluster))))


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [manifest for manifest in applied() if manifest["kind"] == kind]


def test_the_kustomize_base_in_the_repository_is_the_one_that_is_printed() -> None:
    """When this fails: `make docs`."""
    root = Path(__file__).parents[4]
    access = access_of(load_deployment(root / "snapkeep.yaml"))
    files = {file.name: file.read_text() for file in (root / "deploy" / "snapkeep").iterdir()}
    assert files == kustomization("myeks", access=access)


def test_deleting_a_namespace_must_not_delete_backups_so_the_class_retains() -> None:
    snapshot_class, auto = of_kind("VolumeSnapshotClass")

    assert snapshot_class["metadata"]["name"] == "snapkeep-myeks"
    assert snapshot_class["driver"] == "ebs.csi.aws.com"
    assert snapshot_class["deletionPolicy"] == auto["deletionPolicy"] == "Retain"


def test_the_class_of_auto_mode_asks_for_no_tags_which_its_policy_would_refuse() -> None:
    _, auto = of_kind("VolumeSnapshotClass")

    assert auto["metadata"]["name"] == "snapkeep-myeks-auto"
    assert auto["driver"] == "ebs.csi.eks.amazonaws.com"
    assert "parameters" not in auto


def test_our_class_never_becomes_the_default_of_the_cluster() -> None:
    for snapshot_class in of_kind("VolumeSnapshotClass"):
        assert "annotations" not in snapshot_class["metadata"]


def test_the_driver_is_asked_for_the_tags_that_find_a_snapshot_again() -> None:
    snapshot_class, _ = of_kind("VolumeSnapshotClass")
    tags = dict(text.split("=", 1) for text in snapshot_class["parameters"].values())

    assert tags["snapkeep:managed"] == "true"
    assert tags["snapkeep:cluster"] == "myeks"
    assert tags["snapkeep:volume-snapshot"] == "{{ .VolumeSnapshotName }}"
    assert tags["snapkeep:volume-snapshot-namespace"] == "{{ .VolumeSnapshotNamespace }}"
    numbers = [f"tagSpecification_{number}" for number in range(1, len(tags) + 1)]
    assert list(snapshot_class["parameters"]) == numbers


def test_the_class_leaves_to_the_driver_the_tag_that_the_driver_reserves_for_itself() -> None:
    snapshot_class, _ = of_kind("VolumeSnapshotClass")

    assert not any(
        text.startswith("ebs.csi.aws.com/cluster=") for text in snapshot_class["parameters"].values()
    )


def test_every_function_gets_its_role_through_the_group_of_its_access_entry() -> None:
    roles = {role["metadata"]["name"]: role for role in of_kind("ClusterRole")}
    groups = {subject["name"] for binding in of_kind("ClusterRoleBinding") for subject in binding["subjects"]}

    assert groups == {group_name(function) for function in FUNCTIONS}
    for binding in of_kind("ClusterRoleBinding"):
        (subject,) = binding["subjects"]
        assert subject["kind"] == "Group"
        assert binding["roleRef"]["name"] in roles
        assert binding["roleRef"]["name"] == subject["name"]


def test_roles_grant_exactly_the_table_and_no_wildcards() -> None:
    for role in of_kind("ClusterRole"):
        (function,) = (name for name in FUNCTIONS if group_name(name) == role["metadata"]["name"])
        for written, rule in zip(role["rules"], FUNCTIONS[function], strict=True):
            assert written["apiGroups"] == [rule.api_group]
            assert written["resources"] == list(rule.resources)
            assert written["verbs"] == list(rule.verbs)
            assert "*" not in [*written["apiGroups"], *written["resources"], *written["verbs"]]


def test_everything_says_who_manages_it_and_nothing_runs_in_the_cluster() -> None:
    kinds = {manifest["kind"] for manifest in applied()}

    assert kinds == {
        "VolumeSnapshotClass",
        "ClusterRole",
        "ClusterRoleBinding",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    }
    for manifest in applied():
        assert manifest["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "snapkeep"


def test_each_guard_is_bound_and_named_as_kubernetes_allows() -> None:
    policies = {policy["metadata"]["name"] for policy in of_kind("ValidatingAdmissionPolicy")}

    assert policies == {*node_guards.guards(), *snapshot_guards.guards("myeks")} and len(policies) == 5
    assert policies == {
        binding["spec"]["policyName"] for binding in of_kind("ValidatingAdmissionPolicyBinding")
    }


def test_a_kustomize_base_holds_the_same_with_a_file_for_each_function() -> None:
    files = kustomization("myeks")
    base = yaml.safe_load(files["kustomization.yaml"])
    listed = [document for name in base["resources"] for document in yaml.safe_load_all(files[name])]

    assert (base["apiVersion"], base["kind"]) == ("kustomize.config.k8s.io/v1beta1", "Kustomization")
    assert listed == applied()
    assert set(files) == {"kustomization.yaml", *base["resources"]}
    assert {f"rbac-{function.replace('_', '-')}.yaml" for function in FUNCTIONS} < set(files)


def test_objects_of_chosen_namespaces_are_listed_there_and_nowhere_else() -> None:
    rules = (*NAMED, Rule("apps", ("deployments",), ("list",)), Rule("", (SECRETS,), ("list",)))
    access = {"prune": FUNCTIONS["prune"], SAVE_OBJECTS: rules}
    made = cluster_manifests("myeks", access=access, objects_in=["blog", "shop"])
    roles = {each["metadata"]["name"]: each for each in made if each["kind"] == "ClusterRole"}
    bound = [
        (each["roleRef"]["name"], each["metadata"].get("namespace", ""))
        for each in made
        if each["kind"] in ("RoleBinding", "ClusterRoleBinding")
    ]
    assert bound == [
        ("snapkeep:prune", ""),
        ("snapkeep:save-objects", "blog"),
        ("snapkeep:save-objects", "shop"),
        ("snapkeep:save-objects:cluster", ""),
        ("snapkeep:save-objects:secrets", "blog"),
        ("snapkeep:save-objects:secrets", "shop"),
    ]
    wide = roles["snapkeep:save-objects:cluster"]["rules"]
    assert {(resource, *rule["verbs"]) for rule in wide for resource in rule["resources"]} == {
        ("namespaces", "get"),
        ("persistentvolumes", "get"),
        ("storageclasses", "get"),
    }
    within = roles["snapkeep:save-objects"]["rules"]
    assert not {resource for rule in within for resource in rule["resources"]} & {*CLUSTER_SCOPED, SECRETS}


def test_all_namespaces_are_listed_unless_some_are_chosen() -> None:
    access = {SAVE_OBJECTS: (*NAMED, Rule("apps", ("deployments",), ("list",)))}
    made = cluster_manifests("myeks", access=access)
    assert not [each for each in made if each["kind"] == "RoleBinding"]
    assert [each["metadata"]["name"] for each in made if each["kind"] == "ClusterRole"] == [
        "snapkeep:save-objects"
    ]
