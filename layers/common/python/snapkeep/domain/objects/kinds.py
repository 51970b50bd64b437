"""Which kinds of object are saved, in the order in which they can be applied again.

https://kubernetes.io/docs/reference/using-api/api-concepts/#standard-api-terminology
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SAVED = (
    "serviceaccounts",
    "roles.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io",
    "resourcequotas",
    "limitranges",
    "configmaps",
    "persistentvolumeclaims",
    "services",
    "networkpolicies.networking.k8s.io",
    "podtemplates",
    "pods",
    "replicationcontrollers",
    "replicasets.apps",
    "daemonsets.apps",
    "deployments.apps",
    "statefulsets.apps",
    "jobs.batch",
    "cronjobs.batch",
    "horizontalpodautoscalers.autoscaling",
    "poddisruptionbudgets.policy",
    "ingresses.networking.k8s.io",
)
"""The namespaced kinds that every cluster has and that people write, in the order of a restore: what others
refer to comes first. Kinds of CRDs come after them."""

NEVER: Mapping[str, str] = MappingProxyType(
    {
        "secrets": "only a policy with `secrets` saves them, encrypted",
        "events": "they record what happened",
        "events.events.k8s.io": "they record what happened",
        "leases.coordination.k8s.io": "they are renewed by what runs now",
        "endpoints": "the cluster makes them from Services",
        "endpointslices.discovery.k8s.io": "the cluster makes them from Services",
        "controllerrevisions.apps": "the cluster makes them from workloads",
        "csistoragecapacities.storage.k8s.io": "drivers make them",
        "pods.metrics.k8s.io": "they are measurements",
        "volumesnapshots.snapshot.storage.k8s.io": "they are backups themselves",
    }
)
"""The kinds that are never saved, and why."""

UNASKED = "its kind is not in custom_kinds"
"""Why any other kind is left out."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that the API of a cluster serves: `deployments` of `apps/v1`; the core group is ""."""

    group: str
    version: str
    plural: str
    kind: str

    def __str__(self) -> str:
        """The name that kubectl and RBAC use: `pods`, `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """The apiVersion of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass(frozen=True, slots=True)
class Chosen:
    """The kinds to list, in the order of a restore, and those left out with the reason.

    `others` are the kinds of CRDs that the cluster serves and nobody asked for. `unanswered` are wanted kinds
    whose API did not answer, and why.
    """

    kinds: tuple[Kind, ...]
    left_out: Mapping[str, str]
    others: tuple[Kind, ...] = ()
    unanswered: Mapping[str, str] = field(default_factory=dict)


def choose(
    served: Iterable[Kind], custom: Collection[str] = (), silent: Mapping[str, str] = MappingProxyType({})
) -> Chosen:
    """Which of the listable kinds that a cluster serves are saved; `custom` names those of CRDs, `silent` API
    groups that the cluster could not describe, and why."""
    by_name = {str(kind): kind for kind in served}
    order = [*SAVED, *sorted(name for name in custom if name not in SAVED and name not in NEVER)]
    left_out = {name: NEVER.get(name, UNASKED) for name in by_name if name not in order}
    missing = {name: "the cluster has no such kind" for name in custom if name not in by_name}
    kinds = tuple(by_name[name] for name in order if name in by_name)
    unanswered = {
        name: f"its API did not answer: {silent[group]}"
        for name in order
        if name not in by_name and (group := name.partition(".")[2]) in silent
    }
    groups = {group: f"its API did not answer: {why}" for group, why in silent.items()}
    return Chosen(
        kinds,
        MappingProxyType(dict(sorted((left_out | missing | groups).items()))),
        tuple(by_name[name] for name, why in left_out.items() if why == UNASKED),
        unanswered,
    )
