"""Which object a deletion targets, by UID and resourceVersion.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.kubernetes import errors
from sandbox.kubernetes.requests import Target

Object = dict[str, Any]


def check_preconditions(target: Target, obj: Object, wanted: Object) -> None:
    """Raise ApiError 409 if an object is not the one that the DeleteOptions' preconditions name."""
    meta = obj["metadata"]
    for field, word, what in (
        ("uid", "UID", "deleted and then recreated"),
        ("resourceVersion", "ResourceVersion", "modified"),
    ):
        if wanted.get(field) and wanted[field] != meta[field]:
            why = (
                f"the {word} in the precondition ({wanted[field]}) does not match the {word} in record "
                f"({meta[field]}). The object might have been {what}"
            )
            raise errors.precondition(target.resource, target.name, why)


def check_again(
    target: Target, seen: Object, now: Object, wanted: Object, check: Callable[[Object], None] | None
) -> None:
    """Anything written since an object was `seen` must pass the preconditions and the `check`, too."""
    if now["metadata"]["resourceVersion"] == seen["metadata"]["resourceVersion"]:
        return
    check_preconditions(target, now, wanted)
    if check:
        check(now)
