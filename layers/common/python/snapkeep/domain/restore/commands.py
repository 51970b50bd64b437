"""The `snapkeep restore` command equivalent to a request: for fixes, and for copying."""

from __future__ import annotations

import shlex

from snapkeep.domain.restore.requests import Expand, RestoreRequest
from snapkeep.domain.sizes import parse_quantity
from snapkeep.domain.times import to_second


def size_to_ask(*written: str) -> str:
    """The largest of these quantities, so that the command never asks for too little; "" when none is valid.

    A claim may have requested less than its volume's capacity; its point then needs more than the request.
    """
    readable = {}
    for text in written:
        try:
            readable[text] = parse_quantity(text)
        except ValueError:
            continue
    return max(readable, key=lambda text: readable[text], default="")


def restore_command(request: RestoreRequest) -> str:
    """The command line of a request, quoted for a POSIX shell; defaults are omitted."""
    words = ["snapkeep", "restore"]
    words += [request.point_id] if request.point_id else ["--claim", request.claim]
    if request.at and not request.point_id:
        words += ["--at", to_second(request.at)]
    words += ["--cluster", request.cluster, "--namespace", request.namespace, "--as", request.target]
    for option, value in (
        ("--from-place", request.from_place),
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
