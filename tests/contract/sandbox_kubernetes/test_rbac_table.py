"""Least privilege in the cluster: all that each function may do there, asked of an RBAC authorizer.

The table is written by hand, apart from the one that the manifests are made of, and it is whole: every verb
on every other resource must be refused.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.kubernetes.authorization import Attributes, Authorizer
from sandbox.kubernetes.requests import User
from sandbox.kubernetes.resources import RESOURCES
from sandbox.kubernetes.store import Store
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.policies import Cluster, Deployment, Method
from snapkeep_cli.cluster.manifests import cluster_manifests
from snapkeep_cli.config.cluster_access import access_of, group_name
from tests.contract.sandbox_kubernetes.client import Client
from tests.fakes.world import a_policy

MAY = {
    "plan_backup": """
        list: persistentvolumeclaims persistentvolumes pods
        get: volumesnapshotclasses.snapshot.storage.k8s.io
    """,
    "write_report": """
        list: persistentvolumeclaims persistentvolumes pods storageclasses.storage.k8s.io
    """,
    "try_config": """
        list: persistentvolumeclaims persistentvolumes pods
        get: volumesnapshotclasses.snapshot.storage.k8s.io
    """,
    "take_snapshots": """
        get create delete: volumesnapshots.snapshot.storage.k8s.io
        get list delete: volumesnapshotcontents.snapshot.storage.k8s.io
    """,
    "reconcile": """
        get: volumesnapshots.snapshot.storage.k8s.io volumesnapshotcontents.snapshot.storage.k8s.io
    """,
    "prune": """
        list: persistentvolumeclaims
        get list delete: volumesnapshots.snapshot.storage.k8s.io
        get list delete: volumesnapshotcontents.snapshot.storage.k8s.io
    """,
    "finish_restores": """
        list: events
        get: persistentvolumes storageclasses.storage.k8s.io
        get create delete: persistentvolumeclaims
        get create delete: volumesnapshots.snapshot.storage.k8s.io
        get create delete: volumesnapshotcontents.snapshot.storage.k8s.io
    """,
    "api": """
        list: resourcequotas limitranges nodes pods events
        get list: persistentvolumes
        get: namespaces leases.coordination.k8s.io volumesnapshotclasses.snapshot.storage.k8s.io
        get list: storageclasses.storage.k8s.io
        get list create: persistentvolumeclaims
        get create: volumesnapshots.snapshot.storage.k8s.io
        get create: volumesnapshotcontents.snapshot.storage.k8s.io
    """,
    "handle_interruption": """
        get list patch: nodes
        create: events
    """,
    "save_node": """
        get list: nodes
        list: volumeattachments.storage.k8s.io
        list delete: pods
        get: persistentvolumeclaims persistentvolumes
        create: pods/eviction events
    """,
    "release_volumes": """
        get list patch: nodes
        list delete: pods volumeattachments.storage.k8s.io
        get: persistentvolumes
    """,
    "back_up_file_systems": """
        list: persistentvolumeclaims persistentvolumes
    """,
    "save_objects": """
        list: resourcequotas limitranges services podtemplates pods replicationcontrollers
        get: namespaces persistentvolumes storageclasses.storage.k8s.io
        get list: serviceaccounts configmaps persistentvolumeclaims secrets
        list: roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io
        list: networkpolicies.networking.k8s.io ingresses.networking.k8s.io
        list: replicasets.apps daemonsets.apps deployments.apps statefulsets.apps
        list: jobs.batch cronjobs.batch horizontalpodautoscalers.autoscaling
        list: poddisruptionbudgets.policy certificates.cert-manager.io
    """,
}
"""Function to verbs and resources, as `kubectl auth can-i` names them."""

VERBS = (
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
    "bind",
    "escalate",
    "approve",
    "sign",
)

NOT_SERVED_HERE = (
    "pods/exec",
    "pods/attach",
    "pods/portforward",
    "pods/proxy",
    "pods/ephemeralcontainers",
    "nodes/proxy",
    "serviceaccounts/token",
    "users",
    "groups",
    "certificatesigningrequests.certificates.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "jobs.batch",
    "cronjobs.batch",
    "networkpolicies.networking.k8s.io",
    "certificates.cert-manager.io",
)
"""Resources by which others have taken clusters over, beside those of the sandbox."""


SAVING = Deployment(
    (Cluster("myeks", "ap-northeast-2"),),
    (
        a_policy(objects=ObjectScope.NAMESPACE, secrets_key="arn:key"),
        a_policy("weekly", objects=ObjectScope.WORKLOAD, secrets_key="arn:key"),
        a_policy("shared", method=Method.AWS_BACKUP),
    ),
    custom_kinds=("certificates.cert-manager.io",),
)
"""A deployment that saves objects and Secrets and backs up file systems, with functions that others lack."""


def resources() -> Iterator[str]:
    """Every resource and subresource that is asked for."""
    for each in RESOURCES.values():
        yield each.qualified
        for below in each.subresources:
            yield f"{each.plural}/{below}" + (f".{each.group}" if each.group else "")
    yield from NOT_SERVED_HERE


def asked(verb: str, resource: str) -> Attributes:
    name, _, group = resource.partition(".")
    plural, _, below = name.partition("/")
    return Attributes(verb, group, plural, below, "any", "shop")


@pytest.fixture(scope="module")
def authorizer() -> Authorizer:
    """Of a cluster where `snapkeep manifests` was applied, and nothing else."""
    store = Store()
    plurals = {each.kind: plural for plural, each in RESOURCES.items()}
    for manifest in cluster_manifests("myeks", access=access_of(SAVING)):
        store.create(plurals[manifest["kind"]], None, manifest)
    return Authorizer(store)


@pytest.mark.parametrize("function", MAY)
def test_a_function_may_what_the_table_says_and_nothing_else(authorizer: Authorizer, function: str) -> None:
    user = User("arn:aws:sts::111122223333:assumed-role/x/y", (group_name(function), "system:authenticated"))
    can = {
        f"{verb} {resource}"
        for resource in resources()
        for verb in VERBS
        if authorizer.reason_to_allow(user, asked(verb, resource))
    }

    assert can == {
        f"{verb} {resource}"
        for verbs, _, names in (line.partition(":") for line in MAY[function].strip().splitlines())
        for verb in verbs.split()
        for resource in names.split()
    }


@pytest.mark.parametrize("left_out", ["ClusterRole", "ClusterRoleBinding"])
def test_an_administrator_may_leave_out_the_role_for_secrets_alone(left_out: str) -> None:
    store = Store()
    plurals = {each.kind: plural for plural, each in RESOURCES.items()}
    for manifest in cluster_manifests("myeks", access=access_of(SAVING)):
        if (manifest["kind"], manifest["metadata"]["name"]) != (left_out, "snapkeep:save-objects:secrets"):
            store.create(plurals[manifest["kind"]], None, manifest)
    authorizer = Authorizer(store)
    user = User("arn:aws:sts::111122223333:assumed-role/x/y", (group_name("save_objects"),))
    assert authorizer.reason_to_allow(user, asked("list", "configmaps"))
    assert not authorizer.reason_to_allow(user, asked("list", "secrets"))
    assert not authorizer.reason_to_allow(user, asked("get", "secrets"))


@pytest.mark.parametrize("groups", [(), ("system:authenticated",), ("snapkeep:record-completion",)])
def test_nobody_else_may_anything_by_our_manifests(authorizer: Authorizer, groups: tuple[str, ...]) -> None:
    stranger = User("somebody", groups)

    assert not any(
        authorizer.reason_to_allow(stranger, asked(verb, resource))
        for resource in resources()
        for verb in VERBS
    )


def test_a_cluster_accepts_everything_that_is_printed(admin: Client) -> None:
    kinds = {each.kind: each for each in RESOURCES.values()}
    for manifest in cluster_manifests("myeks"):
        kind = kinds[manifest["kind"]]
        answer = admin.post(f"/apis/{kind.api_version}/{kind.plural}", manifest)
        assert answer.status == 201, answer.message
