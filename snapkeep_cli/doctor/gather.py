"""Gathers everything the checks need, once; what depends on something unknown is unknown as well."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import boto3
from botocore.exceptions import BotoCoreError

from snapkeep.domain.naming import efs_vault
from snapkeep_cli.api.connection import CONFIGURE
from snapkeep_cli.api.troubles import why_aws_refused
from snapkeep_cli.cluster.manifests import Manifest, cluster_manifests
from snapkeep_cli.doctor.asking import Clients, told
from snapkeep_cli.doctor.aws import Aws
from snapkeep_cli.doctor.backup import Backup
from snapkeep_cli.doctor.cluster import CONTROLLER, DRIVER_IMAGE, Cluster
from snapkeep_cli.doctor.cluster_api import ClusterApi, token
from snapkeep_cli.doctor.commands import let_in
from snapkeep_cli.doctor.ebs import Ebs
from snapkeep_cli.doctor.facts import (
    AddOn,
    Caller,
    Controller,
    EksCluster,
    Facts,
    Unknown,
    Visit,
    Workload,
)
from snapkeep_cli.output import fail

CHECKED_BY_MEANING = frozenset({"VolumeSnapshotClass", "ClusterRole", "ClusterRoleBinding"})

T = TypeVar("T")
R = TypeVar("R")

_SESSION = re.compile(r"arn:(?P<partition>[^:]+):sts::(?P<account>\d+):assumed-role/(?P<role>[^/]+)/.+")


def session(profile: str) -> boto3.Session:
    """A session with a profile's credentials, or the environment's; ends the command if the profile is
    wrong."""
    try:
        return boto3.Session(profile_name=profile or None)
    except BotoCoreError as error:
        raise fail("no_credentials", why_aws_refused(error), CONFIGURE) from error


def gather(session: boto3.Session, visit: Visit) -> Facts:
    """The facts about one cluster that a session's credentials let us see."""
    client = Clients(session, visit.region)
    aws, ebs, backup = Aws(client), Ebs(client), Backup(client)
    caller = aws.caller()
    if isinstance(caller, Unknown):
        return _without_credentials(visit, caller)
    described = aws.cluster(visit.cluster)
    functions = aws.functions(visit.prefix, visit.access)
    cluster = _enter(session, visit, caller, described)
    workloads = _then(cluster, Cluster.workloads)
    volumes = _then(_then(cluster, Cluster.claims), ebs.volumes)
    return Facts(
        visit=visit,
        caller=caller,
        described=described,
        functions=functions,
        entries=_then(
            functions,
            lambda known: aws.entries(visit.cluster, {name: each.role for name, each in known.items()}),
        ),
        open_to_functions=_then(
            described, lambda known: aws.admitted(known.security_group) if known else frozenset()
        ),
        rights=_then(cluster, lambda known: known.rights(visit.access)),
        snapshot_kinds=_then(cluster, Cluster.snapshot_kinds),
        controller=component(
            aws.add_on(visit.cluster, CONTROLLER), workloads, CONTROLLER, _then(cluster, Cluster.renewed)
        ),
        driver=component(aws.add_on(visit.cluster, DRIVER_IMAGE), workloads, DRIVER_IMAGE),
        classes=_then(cluster, Cluster.classes),
        other_manifests=_then(cluster, lambda known: known.applied(_others(visit))),
        volumes=volumes,
        keys=_then(volumes, lambda known: ebs.keys(sorted({each.key for each in known if each.key}))),
        snapshots=ebs.snapshots(),
        pending=ebs.pending(),
        served_by=aws.served_by(visit.cluster),
        saves_efs=backup.saves_efs() if visit.saves_file_systems else None,
        backup_vault=backup.has_vault(efs_vault(visit.prefix)) if visit.saves_file_systems else None,
    )


def principal(arn: str) -> str:
    """The ARN for an access entry: the role's, if the caller uses a session of one.

    A session's ARN lacks the path of its role.
    https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
    """
    found = _SESSION.fullmatch(arn)
    return "arn:{partition}:iam::{account}:role/{role}".format(**found.groupdict()) if found else arn


def _enter(
    session: boto3.Session, visit: Visit, caller: Caller, described: EksCluster | Unknown | None
) -> Cluster | Unknown:
    if isinstance(described, Unknown):
        return Unknown("the cluster could not be described")
    if described is None or not described.endpoint or not described.authority:
        return Unknown("there is no cluster to ask")
    signed = told(lambda: token(session, visit.region, visit.cluster))
    if isinstance(signed, Unknown):
        return signed
    return Cluster(
        ClusterApi(described.endpoint, described.authority, signed), let_in(visit, principal(caller.arn))
    )


def component(
    add_on: AddOn | Unknown | None,
    workloads: Mapping[str, Workload] | Unknown,
    image: str,
    renewed: datetime | Unknown | None = None,
) -> Controller | Unknown:
    """A component's known signs of life; unknown only if none was seen and at least one is unknown."""
    workload = workloads if isinstance(workloads, Unknown) else workloads.get(image)
    signs = Controller(_known(renewed), _known(add_on), _known(workload))
    unknown = [sign for sign in (workload, renewed, add_on) if isinstance(sign, Unknown)]
    return unknown[0] if unknown and signs == Controller() else signs


def _known(value: T | Unknown | None) -> T | None:
    return None if isinstance(value, Unknown) else value


def _others(visit: Visit) -> list[Manifest]:
    """What `snapkeep manifests` prints, except kinds that have their own check."""
    return [
        each
        for each in cluster_manifests(visit.cluster, visit.prefix, visit.access)
        if each["kind"] not in CHECKED_BY_MEANING
    ]


def _then(known: T | Unknown, ask: Callable[[T], R | Unknown]) -> R | Unknown:
    return known if isinstance(known, Unknown) else ask(known)


def _without_credentials(visit: Visit, why: Unknown) -> Facts:
    rest = Unknown("AWS cannot be asked without credentials")
    return Facts(visit, why, *[rest] * 15)
