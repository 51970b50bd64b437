"""The `snapkeep restore` command that asks for what a request asks for: for fixes, and for copying."""

from __future__ import annotations

import shlex

from snapkeep.domain.restore.requests import Expand, RestoreRequest
from snapkeep.domain.sizes import parse_quantity
from snapkeep.domain.times import to_second


def size_to_ask(*written: str) -> str:
    """The largest of these quantities, for a command that is never too small; "" when none can be read.

    A claim may have asked for less than its volume has, and then its point needs more than it asked for.
    """
    readable = {}
    for text in written:
        try:
            readable[text] = parse_quantity(text)
        except ValueError:
            continue
    return max(readable, key=lambda text: readable[text], default="")


def restore_command(request: RestoreRequest) -> str:
    """The command line of a request, quoted for a POSIX shell; what is left out has its default."""
    words = ["snapkeep", "restore"]
    words += [request.point_id] if request.point_id else ["--claim", request.claim]
    if request.at and not request.point_id:
        words += ["--at", to_second(request.at)]
    words += ["--cluster", request.cluster, "--namespace", request.namespace, "--as", request.target]
    for option, value in (
        ("--from-cluster", request.source_cluster),
        ("--from-namespace", request.source_namespace),
        ("--size", request.size),
        ("--class", request.storage_class),
        ("--zone", request.zone),
    ):
        words += [option, value] if value else []
    words += ["--expand", "auto"] if request.expand is Expand.AUTO else []
    for key, value in sorted(request.labels.items()):
        words += ["--label", f"{key}={value}"]
    words += ["--strict"] if request.strict else []
    return shlex.join(words)
