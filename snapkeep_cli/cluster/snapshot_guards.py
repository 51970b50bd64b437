"""What RBAC cannot say: which snapshot objects and claims our functions may create and delete, in CEL.

`create` on VolumeSnapshotContents may name any EBS snapshot of the account, and the CSI driver deletes it
with a content whose deletionPolicy is Delete: an attacker with a function's role could delete backups with
the driver's rights. `delete` reaches everybody's snapshots and claims. A ValidatingAdmissionPolicy for each
kind limits all our groups to what the functions do. It needs Kubernetes 1.30 or newer.
https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
https://kubernetes.io/docs/concepts/storage/volume-snapshot-classes/#deletionpolicy
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.naming import snapshot_classes
from snapkeep.domain.object_labels import CLAIM_UID, MANAGED, RESTORE, RESTORED, RUN
from snapkeep.domain.restore.operations import object_name
from snapkeep_cli.config.cluster_access import CORE, FUNCTIONS, SNAPSHOTS, group_name

Spec = dict[str, Any]
Rule = tuple[str, str]
"""A CEL expression, and the message if it is false."""

POINT = (RUN, CLAIM_UID)
"""The annotations of a point's VolumeSnapshot. People and tools remove labels more often than annotations, so
either identifies an object to delete."""

CONTROLLERS = "snapshot.storage.kubernetes.io/"
"""Annotations that the snapshot controllers act on: which Secret to use, whether a volume may change its
mode.
https://kubernetes.io/docs/concepts/storage/volume-snapshots/#convert-volume-mode
"""

DELETES = "request.operation == 'DELETE'"
CREATES = "request.operation == 'CREATE'"
GROUPS = "request.userInfo.groups"


def guards(cluster: str) -> dict[str, Spec]:
    """Name to `spec` of each ValidatingAdmissionPolicy, for the cluster of that name."""
    classes = _any_of(sorted(snapshot_classes(cluster)))
    return {
        "snapkeep-snapshot-contents": _guard(SNAPSHOTS, "volumesnapshotcontents", _contents(classes)),
        "snapkeep-volume-snapshots": _guard(SNAPSHOTS, "volumesnapshots", _volume_snapshots(classes)),
        "snapkeep-restored-claims": _guard(CORE, "persistentvolumeclaims", _claims()),
    }


def _guard(api_group: str, resource: str, rules: Iterable[Rule]) -> Spec:
    never = ("request.operation != 'UPDATE'", f"change no {resource}")
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": [api_group],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE", "DELETE"],
                    "resources": [resource],
                    "scope": "*",
                }
            ]
        },
        "matchConditions": [{"name": "only-snapkeep", "expression": _is_ours()}],
        "validations": [
            {"expression": expression, "message": f"functions of Snapkeep {message}"}
            for expression, message in (never, *rules)
        ],
    }


def _contents(classes: str) -> list[Rule]:
    """Create only imports, whose VolumeSnapshot has the same name; delete only contents of our classes
    that retain.
    """
    imported = (
        "object.spec.deletionPolicy == 'Retain'",
        "has(object.spec.source.snapshotHandle)",
        f"object.spec.driver in {_any_of(sorted(DRIVERS))}",
        "object.spec.volumeSnapshotRef.name == object.metadata.name",
        *_restored("object"),
        _named_as_import("object"),
        _of_class("object", classes),
        *_plain(),
    )
    return [
        (
            _unless(CREATES, imported),
            "create only VolumeSnapshotContents of restores, of their own classes, drivers, names and "
            "annotations, with deletionPolicy Retain",
        ),
        (
            _unless(DELETES, ["oldObject.spec.deletionPolicy == 'Retain'"]),
            "delete no VolumeSnapshotContent that does not have deletionPolicy Retain",
        ),
        (
            _unless(DELETES, [_of_class("oldObject", classes)]),
            "delete only VolumeSnapshotContents of their own classes",
        ),
        (
            _unless(f"{DELETES} && {_is('take_snapshots')}", ["has(oldObject.spec.source.volumeHandle)"]),
            "that take snapshots delete no imported VolumeSnapshotContent",
        ),
        (
            _unless(f"{DELETES} && {_is('finish_restores')}", [_annotated("oldObject", RESTORE)]),
            "that finish restores delete only VolumeSnapshotContents of restores",
        ),
    ]


def _volume_snapshots(classes: str) -> list[Rule]:
    """VolumeSnapshots of points and of imports; a function that takes points cannot reach an import, or vice
    versa."""
    of_point = (
        "has(object.spec.source.persistentVolumeClaimName)",
        _labelled("object", MANAGED, "true"),
        *(_annotated("object", name) for name in POINT),
        *_plain(),
    )
    of_import = (
        "has(object.spec.source.volumeSnapshotContentName)",
        "object.spec.source.volumeSnapshotContentName == object.metadata.name",
        *_restored("object"),
        _named_as_import("object"),
        *_plain(),
    )
    takes, finishes = _is("take_snapshots"), _is("finish_restores")
    made_for_restore = f"({_annotated('oldObject', RESTORE)})"
    made_for_point = f"({_labelled('oldObject', MANAGED, 'true')} || ({_annotated('oldObject', POINT[0])}))"
    may_delete = (
        f"({finishes} ? {made_for_restore} : ({takes} ? {made_for_point} : "
        f"({made_for_point} || {made_for_restore})))"
    )
    return [
        (
            _unless(CREATES, [f"({takes} ? {_all(of_point)} : {_all(of_import)})"]),
            "create only VolumeSnapshots of recovery points and of restores, each function its own",
        ),
        (
            f"({DELETES} ? {_of_class('oldObject', classes)} : {_of_class('object', classes)})",
            "create and delete only VolumeSnapshots of their own classes",
        ),
        (
            _unless(DELETES, [may_delete]),
            "delete only VolumeSnapshots of recovery points and of restores, each function its own",
        ),
    ]


def _claims() -> list[Rule]:
    """Claims of restores, created from a VolumeSnapshot; a claim with a volume may hold data and stays."""
    made = (
        *_restored("object"),
        *_plain(),
        "!has(object.spec.volumeName)",
        "!has(object.spec.selector)",
        "has(object.spec.dataSource)",
        "object.spec.dataSource.kind == 'VolumeSnapshot'",
    )
    unbound = "(!has(oldObject.spec.volumeName) || oldObject.spec.volumeName == '')"
    return [
        (_unless(CREATES, made), "create only claims of restores, made from a VolumeSnapshot"),
        (_unless(DELETES, [_annotated("oldObject", RESTORE)]), "delete only claims of restores"),
        (_unless(DELETES, [unbound]), "delete no claim that has a volume"),
    ]


def _restored(which: str) -> tuple[str, ...]:
    """Objects of a restore carry its annotation and its label."""
    labels = f"{which}.metadata.labels"
    return _annotated(which, RESTORE), f"has({labels}) && '{RESTORED}' in {labels}"


def _plain() -> tuple[str, ...]:
    """A new object has no owner, because the garbage collector would delete it with its owner whatever it
    holds by then, and no annotation for the snapshot controllers. Finalizers are not checked: Kubernetes
    itself writes one on every new claim before this policy runs.
    https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
    """
    return (
        "!has(object.metadata.ownerReferences)",
        f"!object.metadata.annotations.exists(key, key.startsWith('{CONTROLLERS}'))",
    )


def _named_as_import(which: str) -> str:
    meta = f"{which}.metadata"
    return f"{meta}.name.startsWith('{object_name('')}' + {meta}.annotations['{RESTORE}'])"


def _of_class(which: str, classes: str) -> str:
    name = f"{which}.spec.volumeSnapshotClassName"
    return f"(has({name}) && {name} in {classes})"


def _annotated(which: str, annotation: str) -> str:
    annotations = f"{which}.metadata.annotations"
    return f"has({annotations}) && '{annotation}' in {annotations}"


def _labelled(which: str, label: str, value: str) -> str:
    labels = f"{which}.metadata.labels"
    return f"(has({labels}) && '{label}' in {labels} && {labels}['{label}'] == '{value}')"


def _is_ours() -> str:
    ours = _any_of([group_name(function) for function in FUNCTIONS])
    return f"has({GROUPS}) && {GROUPS}.exists(group, group in {ours})"


def _is(function: str) -> str:
    return f"'{group_name(function)}' in {GROUPS}"


def _unless(condition: str, rules: Iterable[str]) -> str:
    return f"!({condition}) || {_all(rules)}"


def _all(rules: Iterable[str]) -> str:
    return f"({' && '.join(rules)})"


def _any_of(names: Sequence[str]) -> str:
    return f"[{', '.join(repr(name) for name in names)}]"
