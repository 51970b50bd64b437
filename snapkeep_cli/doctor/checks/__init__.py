"""The checks: each turns the facts it needs into findings, without any call."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from snapkeep_cli.doctor.checks.access import access_entries, rbac
from snapkeep_cli.doctor.checks.account import (
    authentication,
    cluster,
    credentials,
    deployment,
    pending,
    quota,
    serving,
)
from snapkeep_cli.doctor.checks.endpoint import endpoint
from snapkeep_cli.doctor.checks.file_systems import opt_in, vault
from snapkeep_cli.doctor.checks.snapshots import (
    controller,
    controller_pace,
    driver,
    other_manifests,
    snapshot_class,
    snapshot_kinds,
)
from snapkeep_cli.doctor.checks.volumes import keys, volumes
from snapkeep_cli.doctor.facts import Facts, Unknown
from snapkeep_cli.doctor.findings import Finding

Check = Callable[[Facts], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    credentials,
    cluster,
    authentication,
    serving,
    deployment,
    endpoint,
    access_entries,
    rbac,
    snapshot_kinds,
    controller,
    controller_pace,
    driver,
    snapshot_class,
    other_manifests,
    volumes,
    keys,
    quota,
    pending,
    opt_in,
    vault,
)
"""In the order to fix them: an earlier problem may cause a later one."""


def examine(facts: Facts) -> list[Finding]:
    """All findings, in the order of the checks; without credentials, only that finding."""
    if isinstance(facts.caller, Unknown):
        return list(credentials(facts))
    return [finding for check in CHECKS for finding in check(facts)]
