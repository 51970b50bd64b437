"""What VolumeSnapshots need in the cluster: their kinds, the controller, the driver, our class."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from snapkeep.domain.drivers import DRIVERS, EBS_CSI, Driver
from snapkeep.domain.naming import snapshot_class as class_name
from snapkeep.domain.report.feasibility import CALLS_A_CUT, CLIENT_CALLS
from snapkeep_cli.cluster.manifests import snapshot_class as wanted_class
from snapkeep_cli.doctor import commands
from snapkeep_cli.doctor.facts import Controller, Facts, SnapshotClass, Unknown
from snapkeep_cli.doctor.findings import Finding, Verdict, cannot_tell, listed, ok, problem

KINDS = ("VolumeSnapshot", "VolumeSnapshotClass", "VolumeSnapshotContent")
SILENCE = timedelta(minutes=5)
"""A leader renews its lease every few seconds."""

METADATA = "--extra-create-metadata"
SNAPSHOTTER = "csi-snapshotter"

RESERVED_PREFIX = "ebs.csi.aws.com/"
"""The driver refuses every snapshot whose class requests such a tag: the cluster's name since v1.58, any key
since v1.60. https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/pkg/driver/validation.go
"""


def snapshot_kinds(facts: Facts) -> Iterator[Finding]:
    """The three snapshot CRDs are served; every restore and method csi need them."""
    found = facts.snapshot_kinds
    if isinstance(found, Unknown):
        yield cannot_tell("snapshot kinds", found)
        return
    missing = [kind for kind in KINDS if kind not in found]
    if missing:
        text = f"snapshot.storage.k8s.io/v1 lacks {listed(missing)}: no restore, and no backup by csi"
        yield problem("snapshot kinds", text, _install(facts, "snapshot-controller"))
    else:
        yield ok(
            "snapshot kinds", f"{len(KINDS)} of {len(KINDS)} kinds of snapshot.storage.k8s.io/v1 are served"
        )


def controller(facts: Facts) -> Iterator[Finding]:
    """The snapshot controller is alive, according to its leader's lease, or else its add-on or Deployment."""
    check, found = "snapshot controller", facts.controller
    if isinstance(found, Unknown):
        yield cannot_tell(check, found)
    elif found.renewed is not None:
        silent = facts.visit.now - found.renewed
        if silent <= SILENCE:
            yield ok(check, f"its leader renewed its lease {max(int(silent.total_seconds()), 0)} s ago")
        else:
            text = (
                f"its leader has been silent for {_span(silent)} (since {found.renewed:%Y-%m-%d %H:%M} UTC)"
            )
            yield problem(check, text, _restart(found, "kube-system/snapshot-controller"))
    else:
        yield from _alive(facts, check, "snapshot-controller", found)


def controller_pace(facts: Facts) -> Iterator[Finding]:
    """The calls a second that the snapshot controller may make, which limit every backup by csi."""
    found = facts.controller
    if isinstance(found, Unknown):
        yield cannot_tell("snapshot pace", found)
        return
    if found.workload is None:
        return
    arguments = found.workload.arguments.get("snapshot-controller")
    if arguments is None:
        return
    flag = next((each for each in arguments if each.lstrip("-").startswith("kube-api-qps")), "")
    if flag:
        yield ok("snapshot pace", f"the snapshot controller runs with {flag}")
    else:
        yield ok(
            "snapshot pace",
            f"the snapshot controller makes {CLIENT_CALLS:g} calls a second, so csi cuts about "
            f"{round(60 * CLIENT_CALLS / CALLS_A_CUT)} snapshots a minute; "
            "--kube-api-qps and --kube-api-burst raise that",
        )


def driver(facts: Facts) -> Iterator[Finding]:
    """The EBS CSI driver runs, with a snapshotter that passes on the names for our tags.

    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
    """
    check, found = "ebs csi driver", facts.driver
    if isinstance(found, Unknown):
        yield cannot_tell(check, found)
        return
    if facts.auto_storage and not found.workload and not found.add_on:
        yield ok(check, "EKS Auto Mode provides the driver for its volumes and runs it outside the cluster")
        return
    arguments = found.workload.arguments.get(SNAPSHOTTER) if found.workload else None
    if found.workload and arguments is None:
        text = f"{found.workload.place} has no container {SNAPSHOTTER}: it takes no VolumeSnapshots"
        yield problem(check, text, _configure(facts, found, "forceEnable", True))
    elif arguments is not None and not any(each.startswith(METADATA) for each in arguments):
        text = f"{SNAPSHOTTER} runs without {METADATA}: it cannot fill the tag templates of our class"
        yield problem(check, text, _configure(facts, found, "additionalArgs", [METADATA]))
    else:
        yield from _alive(facts, check, "aws-ebs-csi-driver", found)


def snapshot_class(facts: Facts) -> Iterator[Finding]:
    """Each driver in the cluster has one VolumeSnapshotClass of ours, as `snapkeep manifests` prints it."""
    check, found = "snapshot class", facts.classes
    if isinstance(found, Unknown):
        yield cannot_tell(check, found)
        return
    names = {class_name(facts.visit.cluster, driver): driver for driver in DRIVERS.values()}
    for name, driver in names.items():
        ours = next((each for each in found if each.name == name), None)
        if ours or driver is EBS_CSI or facts.auto_storage:
            yield from _our_class(facts, name, driver, ours)
    for other in (each for each in found if each.ours and each.name not in names):
        text = f"{other.name} is a second class with our labels: only one may have them"
        yield problem(check, text, f"kubectl delete volumesnapshotclass {other.name}")


def _our_class(facts: Facts, name: str, driver: Driver, ours: SnapshotClass | None) -> Iterator[Finding]:
    check, fix = "snapshot class", commands.manifests(facts.visit)
    wrong = _differences(facts, ours, driver) if ours else []
    if ours is None:
        verdict = Verdict.LATER if facts.deployed is False else Verdict.PROBLEM
        yield Finding(check, verdict, f"VolumeSnapshotClass {name} is missing", fix)
    elif wrong:
        yield problem(check, f"VolumeSnapshotClass {name} {'; '.join(wrong)}", fix)
    else:
        yield ok(check, f"{name} exists, retains, and has {len(ours.parameters)} parameters")
    if ours and ours.is_default:
        text = f"{name} is the default class, so other people's snapshots would carry our tags"
        remove = (
            f"kubectl annotate volumesnapshotclass {name} snapshot.storage.kubernetes.io/is-default-class-"
        )
        yield problem(check, text, remove)


def other_manifests(facts: Facts) -> Iterator[Finding]:
    """Every other object that `snapkeep manifests` prints exists as printed."""
    check, found = "manifests", facts.other_manifests
    if isinstance(found, Unknown):
        yield cannot_tell(check, found)
        return
    wrong = [name for name, says_so in found.items() if not says_so]
    if wrong:
        verdict = Verdict.LATER if facts.deployed is False else Verdict.PROBLEM
        text = f"{len(wrong)} of {len(found)} other objects are missing or not as printed: {listed(wrong)}"
        yield Finding(check, verdict, text, commands.manifests(facts.visit))
    elif found:
        yield ok(check, f"{len(found)} other objects exist as printed")


def _differences(facts: Facts, ours: SnapshotClass, driver: Driver) -> list[str]:
    wanted = wanted_class(facts.visit.cluster, driver, facts.visit.prefix)
    said = []
    if ours.deletion_policy != wanted["deletionPolicy"]:
        said.append(
            f"has deletionPolicy {ours.deletion_policy}, not {wanted['deletionPolicy']}: deleting a "
            "namespace would delete its backups"
        )
    if ours.driver != wanted["driver"]:
        said.append(f"is for driver {ours.driver}, not {wanted['driver']}")
    parameters = wanted.get("parameters", {})
    reserved = sorted(key for key in _tag_keys(ours) if key.startswith(RESERVED_PREFIX))
    if reserved:
        said.append(
            f"requests {listed(reserved)}, which the EBS CSI driver reserves for itself: from v1.58 on it "
            "refuses every backup by csi until the manifests are applied again"
        )
        return said
    other = sorted(
        key for key in {*parameters, *ours.parameters} if parameters.get(key) != ours.parameters.get(key)
    )
    if other:
        said.append(f"has other parameters than ours: {listed(other)}")
    return said


def _tag_keys(ours: SnapshotClass) -> list[str]:
    specifications = [text for name, text in ours.parameters.items() if name.startswith("tagSpecification_")]
    return [text.partition("=")[0] for text in specifications]


def _alive(facts: Facts, check: str, add_on: str, found: Controller) -> Iterator[Finding]:
    if found.workload:
        text = f"Deployment {found.workload.place}: {found.workload.available} pods are available"
        yield ok(check, text) if found.workload.available else problem(check, text, _restart(found, add_on))
    elif found.add_on:
        text = f"EKS add-on {add_on} {found.add_on.version} is {found.add_on.status}"
        describe = commands.eks(facts.visit, "describe-addon", "--addon-name", add_on)
        yield ok(check, text) if found.add_on.status == "ACTIVE" else problem(check, text, describe)
    else:
        text = f"there is no EKS add-on {add_on}, no Deployment with its image and no lease"
        yield problem(check, text, _install(facts, add_on))


def _install(facts: Facts, add_on: str) -> str:
    return commands.eks(facts.visit, "create-addon", "--addon-name", add_on)


def _restart(found: Controller, otherwise: str) -> str:
    namespace, _, name = (found.workload.place if found.workload else otherwise).rpartition("/")
    return f"kubectl --namespace {namespace or 'kube-system'} rollout restart deployment {name}"


def _configure(facts: Facts, found: Controller, key: str, value: object) -> str:
    """The command that sets a value, for the add-on or for the chart that it is built from."""
    if found.add_on:
        values = json.dumps({"sidecars": {"snapshotter": {key: value}}})
        words = ("--addon-name", "aws-ebs-csi-driver", "--configuration-values", values)
        return commands.eks(facts.visit, "update-addon", *words)
    return (
        "helm upgrade aws-ebs-csi-driver aws-ebs-csi-driver/aws-ebs-csi-driver --namespace kube-system "
        f"--reuse-values --set-json 'sidecars.snapshotter.{key}={json.dumps(value)}'"
    )


def _span(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
