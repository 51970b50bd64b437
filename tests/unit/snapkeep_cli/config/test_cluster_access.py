"""Each function may do in a cluster what it needs, and no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.policies import Cluster, Deployment, Method
from snapkeep_cli.config.cluster_access import FUNCTIONS, WITH_ACCESS, access_of, group_name
from tests.fakes.world import a_policy

READING = {"get", "list"}


def verbs_on(function: str, resource: str) -> set[str]:
    return {verb for rule in FUNCTIONS[function] if resource in rule.resources for verb in rule.verbs}


def test_a_group_is_named_after_its_function() -> None:
    assert group_name("plan_backup") == "snapkeep:plan-backup"


def test_a_function_without_access_to_clusters_has_no_group() -> None:
    with pytest.raises(KeyError, match=r"'record_completion' has no access to clusters.*plan_backup"):
        group_name("record_completion")


DYING = {
    ("handle_interruption", "nodes", "patch"),
    ("handle_interruption", "events", "create"),
    ("save_node", "pods/eviction", "create"),
    ("save_node", "pods", "delete"),
    ("save_node", "events", "create"),
    ("release_volumes", "nodes", "patch"),
    ("release_volumes", "pods", "delete"),
    ("release_volumes", "volumeattachments", "delete"),
}
"""Who cordons evicts nobody, and who evicts cannot touch nodes or volumes. save_node deletes what a budget
still blocks seconds before the deadline; the rest is deleted only after a death."""


def test_only_taking_pruning_restoring_and_dying_nodes_write() -> None:
    writes = {
        (function, resource, verb)
        for function, rules in FUNCTIONS.items()
        for rule in rules
        for resource in rule.resources
        for verb in set(rule.verbs) - READING
    }

    assert writes == {
        ("take_snapshots", "volumesnapshots", "create"),
        ("take_snapshots", "volumesnapshots", "delete"),
        ("take_snapshots", "volumesnapshotcontents", "delete"),
        ("prune", "volumesnapshots", "delete"),
        ("prune", "volumesnapshotcontents", "delete"),
    } | DYING | {
        (function, resource, verb)
        for resource in ("persistentvolumeclaims", "volumesnapshots", "volumesnapshotcontents")
        for function, verb in (
            ("api", "create"),
            ("finish_restores", "create"),
            ("finish_restores", "delete"),
        )
    }


def test_planning_lists_claims_their_volumes_and_pods() -> None:
    for resource in ("persistentvolumeclaims", "persistentvolumes", "pods"):
        assert verbs_on("plan_backup", resource) == {"list"}
    assert verbs_on("plan_backup", "volumesnapshotclasses") == {"get"}


def test_reconcile_follows_a_volume_snapshot_to_its_content() -> None:
    assert verbs_on("reconcile", "volumesnapshots") == {"get"}
    assert verbs_on("reconcile", "volumesnapshotcontents") == {"get"}


def test_prune_sees_which_claims_are_gone_and_changes_none() -> None:
    assert verbs_on("prune", "persistentvolumeclaims") == {"list"}
    assert not verbs_on("prune", "persistentvolumes") and not verbs_on("prune", "pods")


def saving(scope: ObjectScope | None, *custom: str) -> Deployment:
    clusters = (Cluster("myeks", "ap-northeast-2"),)
    return Deployment(clusters, (a_policy(objects=scope),), custom_kinds=custom)


def rights_to_save(scope: ObjectScope, *custom: str) -> dict[str, set[str]]:
    """The verbs of save_objects by resource."""
    found: dict[str, set[str]] = {}
    for rule in access_of(saving(scope, *custom))["save_objects"]:
        for resource in rule.resources:
            name = f"{resource}.{rule.api_group}" if rule.api_group else resource
            found.setdefault(name, set()).update(rule.verbs)
    return found


def on_efs(scope: ObjectScope | None = None) -> Deployment:
    deployment = saving(scope)
    shared = a_policy("shared", method=Method.AWS_BACKUP)
    return replace(deployment, policies=(*deployment.policies, shared))


def test_only_a_deployment_that_saves_objects_has_a_function_for_that() -> None:
    assert access_of(saving(None)) == FUNCTIONS
    assert tuple(access_of(saving(ObjectScope.WORKLOAD))) == (*FUNCTIONS, "save_objects")


def test_only_a_deployment_that_backs_up_file_systems_has_a_function_for_that() -> None:
    assert tuple(access_of(on_efs())) == (*FUNCTIONS, "back_up_file_systems")
    assert tuple(access_of(on_efs(ObjectScope.WORKLOAD))) == WITH_ACCESS


def test_backing_up_file_systems_only_lists() -> None:
    (rule,) = access_of(on_efs())["back_up_file_systems"]
    assert (rule.resources, rule.verbs) == (
        ("persistentvolumeclaims", "persistentvolumes"),
        ("list",),
    )


def test_saving_workloads_needs_fewer_kinds_than_saving_namespaces() -> None:
    workload, namespace = rights_to_save(ObjectScope.WORKLOAD), rights_to_save(ObjectScope.NAMESPACE)
    assert workload["configmaps"] == {"get"} and namespace["configmaps"] == {"get", "list"}
    assert workload.keys() < namespace.keys()
    assert "roles.rbac.authorization.k8s.io" in namespace.keys() - workload.keys()


def test_kinds_of_crds_are_listed_only_for_namespaces() -> None:
    custom = "certificates.cert-manager.io"
    assert rights_to_save(ObjectScope.NAMESPACE, custom)[custom] == {"list"}
    assert custom not in rights_to_save(ObjectScope.WORKLOAD, custom)


def test_saving_objects_only_reads() -> None:
    assert set().union(*rights_to_save(ObjectScope.NAMESPACE).values()) == READING


def test_secrets_are_read_only_where_a_policy_saves_them_and_only_as_it_needs() -> None:
    for scope, verb in ((ObjectScope.NAMESPACE, "list"), (ObjectScope.WORKLOAD, "get")):
        plain = saving(scope)
        (policy,) = plain.policies
        wanted = replace(plain, policies=(replace(policy, secrets_key="arn:key"), policy))
        access = access_of(wanted)
        rules = [rule for rule in access["save_objects"] if "secrets" in rule.resources]
        assert [(rule.resources, rule.verbs) for rule in rules] == [(("secrets",), (verb,))]
        assert {**access, "save_objects": ()} == {**access_of(plain), "save_objects": ()}


def test_no_function_sees_secrets_or_uses_wildcards() -> None:
    access = access_of(saving(ObjectScope.NAMESPACE))
    resources = {resource for rules in access.values() for rule in rules for resource in rule.resources}
    everything = {
        text
        for rules in access.values()
        for rule in rules
        for text in (rule.api_group, *rule.resources, *rule.verbs)
    }

    assert "secrets" not in resources
    assert not any("*" in text for text in everything)
