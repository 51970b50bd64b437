"""The kinds this API serves: one row each, which discovery, routing and RBAC names derive from."""

from __future__ import annotations

from dataclasses import dataclass

SNAPSHOT_GROUP = "snapshot.storage.k8s.io"


@dataclass(frozen=True)
class Resource:
    """One kind; `custom` kinds come from a CustomResourceDefinition and are served while it is stored."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool = True
    subresources: tuple[str, ...] = ()
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = (
        "create",
        "delete",
        "deletecollection",
        "get",
        "list",
        "patch",
        "update",
        "watch",
    )
    custom: bool = False

    @property
    def api_version(self) -> str:
        """The apiVersion of this kind's objects: `v1` or `group/version`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """The name error messages use: `pods`, or `deployments.apps` outside the core group."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


def _resource(
    group: str,
    kind: str,
    plural: str = "",
    *,
    cluster: bool = False,
    sub: str = "",
    short: str = "",
    categories: str = "",
    only: str = "",
    custom: bool = False,
    version: str = "v1",
) -> Resource:
    row = Resource(
        group,
        version,
        plural or kind.lower() + "s",
        kind.lower(),
        kind,
        not cluster,
        tuple(sub.split()),
        tuple(short.split()),
        tuple(categories.split()),
        custom=custom,
    )
    if not only:
        return row
    return Resource(**{**row.__dict__, "verbs": tuple(only.split())})


_AUTHORIZATION = "authorization.k8s.io"
_RBAC = "rbac.authorization.k8s.io"
_STORAGE = "storage.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"

_ALL = (
    _resource("", "Namespace", cluster=True, sub="status finalize", short="ns"),
    _resource("", "Node", cluster=True, sub="status", short="no"),
    _resource("", "Pod", sub="status eviction log binding", short="po", categories="all"),
    _resource("", "PersistentVolumeClaim", sub="status", short="pvc"),
    _resource("", "PersistentVolume", cluster=True, sub="status", short="pv"),
    _resource("", "ConfigMap", short="cm"),
    _resource("", "Secret"),
    _resource("", "Service", sub="status", short="svc", categories="all"),
    _resource("", "ServiceAccount", short="sa"),
    _resource("", "Event", short="ev"),
    _resource("", "ResourceQuota", sub="status", short="quota"),
    _resource("", "LimitRange", short="limits"),
    _resource("", "Endpoints", "endpoints", short="ep"),
    _resource("", "PodTemplate"),
    _resource("", "ReplicationController", sub="status scale", short="rc", categories="all"),
    _resource("apps", "ControllerRevision"),
    _resource("apps", "Deployment", sub="status scale", short="deploy", categories="all"),
    _resource("apps", "StatefulSet", sub="status scale", short="sts", categories="all"),
    _resource("apps", "DaemonSet", sub="status", short="ds", categories="all"),
    _resource("apps", "ReplicaSet", sub="status scale", short="rs", categories="all"),
    _resource(
        "autoscaling",
        "HorizontalPodAutoscaler",
        sub="status",
        short="hpa",
        categories="all",
        version="v2",
    ),
    _resource("batch", "CronJob", sub="status", short="cj", categories="all"),
    _resource("batch", "Job", sub="status", categories="all"),
    _resource("discovery.k8s.io", "EndpointSlice"),
    _resource("networking.k8s.io", "Ingress", "ingresses", sub="status", short="ing"),
    _resource("networking.k8s.io", "NetworkPolicy", "networkpolicies", short="netpol"),
    _resource("policy", "PodDisruptionBudget", sub="status", short="pdb"),
    _resource(_STORAGE, "StorageClass", "storageclasses", cluster=True, short="sc"),
    _resource(_STORAGE, "CSINode", cluster=True),
    _resource(_STORAGE, "CSIDriver", cluster=True),
    _resource(_STORAGE, "VolumeAttachment", cluster=True, sub="status"),
    _resource(_RBAC, "ClusterRole", cluster=True),
    _resource(_RBAC, "ClusterRoleBinding", cluster=True),
    _resource(_RBAC, "Role"),
    _resource(_RBAC, "RoleBinding"),
    _resource("coordination.k8s.io", "Lease"),
    _resource(
        "apiextensions.k8s.io", "CustomResourceDefinition", cluster=True, sub="status", short="crd crds"
    ),
    _resource(
        _ADMISSION, "ValidatingAdmissionPolicy", "validatingadmissionpolicies", cluster=True, sub="status"
    ),
    _resource(_ADMISSION, "ValidatingAdmissionPolicyBinding", cluster=True),
    _resource(_AUTHORIZATION, "SelfSubjectAccessReview", cluster=True, only="create"),
    _resource(_AUTHORIZATION, "SelfSubjectRulesReview", cluster=True, only="create"),
    _resource(_AUTHORIZATION, "SubjectAccessReview", cluster=True, only="create"),
    _resource(SNAPSHOT_GROUP, "VolumeSnapshot", sub="status", short="vs", custom=True),
    _resource(
        SNAPSHOT_GROUP,
        "VolumeSnapshotContent",
        cluster=True,
        sub="status",
        short="vsc vscs",
        custom=True,
    ),
    _resource(
        SNAPSHOT_GROUP,
        "VolumeSnapshotClass",
        "volumesnapshotclasses",
        cluster=True,
        short="vsclass vsclasses",
        custom=True,
    ),
)

RESOURCES: dict[str, Resource] = {row.plural: row for row in _ALL}
"""Every kind by its plural name; plurals are unique across the groups served here."""

WITH_GENERATION = frozenset(
    {
        *(row.plural for row in _ALL if row.custom or row.group in ("apps", "batch", "networking.k8s.io")),
        "customresourcedefinitions",
        "poddisruptionbudgets",
        "pods",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
    }
)
"""Kinds whose `metadata.generation` counts spec changes; the others have none."""
