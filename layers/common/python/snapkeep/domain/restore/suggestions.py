"""The restore command that works for a recovery point, in the cluster as it is now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice

from snapkeep.domain.naming import NAME_LIMIT
from snapkeep.domain.restore.commands import restore_command, size_to_ask
from snapkeep.domain.restore.findings import Severity
from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.preflight.driver import fitting_classes
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import TargetFacts
from snapkeep.domain.sizes import GIB, format_quantity, gib

SUFFIX = re.compile(r"-restored(-\d+)?$")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A restore command; `trouble` says why it would be refused now and what to do, "" if it works."""

    command: str
    trouble: str = ""


def names_for(claim: str) -> Iterator[str]:
    """Names for the restored claim, in the order to try them: its own, then those with a suffix."""
    yield claim
    for number in count(1):
        suffix = "-restored" if number == 1 else f"-restored-{number}"
        yield claim[: NAME_LIMIT - len(suffix)].rstrip("-.") + suffix


def other_names(taken: str) -> Iterator[str]:
    """Other names for the restored claim if its name is taken, in the order to try them."""
    names = names_for(SUFFIX.sub("", taken))
    return (name for name in islice(names, 1, None) if name != taken)


def wanted(point: PointFacts, cluster: str, name: str) -> RestoreRequest:
    """The request that restores a point under that name, in its own namespace."""
    smallest = gib(point.minimum_bytes) * GIB
    size = size_to_ask(format_quantity(smallest) if smallest else "", point.requested)
    return RestoreRequest(
        cluster=cluster,
        namespace=point.namespace,
        target=name,
        point_id=point.id,
        source_cluster="" if point.cluster == cluster else point.cluster,
        size=size,
    )


def suggestion(request: RestoreRequest, point: PointFacts, target: TargetFacts) -> Suggestion:
    """The command of a request; with another storage class where the point's own cannot serve it."""
    own = plan(request, point, target)
    if not own.refused:
        return Suggestion(restore_command(request))
    for name in fitting_classes(point, target):
        other = replace(request, storage_class=name)
        if not plan(other, point, target).refused:
            return Suggestion(restore_command(other))
    first = next(finding for finding in own.findings if finding.severity is Severity.ERROR)
    return Suggestion(restore_command(request), f"{first.text}: {first.fix}" if first.fix else first.text)
