"""The models that botocore reads to create a client, reduced to what we call.

It reads a service's whole model, and EC2's has about 800 operations; and it reads the endpoints of all
services. That is most of a client's cost, and a large part of the cold start of a function that has two
minutes. The other services' models are small and stay unchanged.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

EC2_OPERATIONS = frozenset(
    {
        "CopySnapshot",
        "CreateSnapshot",
        "CreateSnapshots",
        "CreateTags",
        "DeleteSnapshot",
        "DeleteTags",
        "DescribeImages",
        "DescribeInstances",
        "DescribeLockedSnapshots",
        "DescribeSnapshotAttribute",
        "DescribeSnapshotTierStatus",
        "DescribeSnapshots",
        "DescribeVolumes",
        "ListSnapshotsInRecycleBin",
        "LockSnapshot",
        "ModifySnapshotAttribute",
        "ModifySnapshotTier",
        "RestoreSnapshotTier",
    }
)
"""The operations our adapters call; a test compares them with the adapters' code and the roles' rights."""

Model = Mapping[str, Any]


def cut_model(folder: Path, operations: Collection[str]) -> None:
    """Reduce the newest model in a folder of botocore's data to these operations; delete older ones.

    Raises KeyError if the model has no operation of that name.
    """
    *older, newest = sorted(path for path in folder.iterdir() if path.is_dir())
    for version in older:
        for path in version.iterdir():
            path.unlink()
        version.rmdir()
    packed = newest / "service-2.json.gz"
    model = json.loads(gzip.decompress(packed.read_bytes()))
    # Not compressed: the layer's zip compresses it, and a cold start need not unpack it.
    _write(packed.with_suffix(""), cut(model, operations))
    packed.unlink()


def cut_endpoints(file: Path, services: Collection[str]) -> None:
    """Reduce botocore's list of endpoints to these services, in all partitions and Regions."""
    document = json.loads(file.read_text())
    for partition in document["partitions"]:
        partition["services"] = {
            name: service for name, service in partition["services"].items() if name in services
        }
    _write(file, document)


def cut(model: Model, operations: Collection[str]) -> dict[str, Any]:
    """The model with only these operations and the shapes that they need, without documentation."""
    kept = {name: _undocumented(model["operations"][name]) for name in sorted(operations)}
    needed: set[str] = set()
    waiting = list(_shapes(kept))
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += _shapes(model["shapes"][name])
    shapes = {name: _undocumented(shape) for name, shape in model["shapes"].items() if name in needed}
    return {**model, "operations": kept, "shapes": shapes}


def _shapes(part: Any) -> Iterator[str]:
    """The names of shapes that part of a model refers to."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _shapes(value)
    elif isinstance(part, list):
        for item in part:
            yield from _shapes(item)


def _undocumented(part: Any) -> Any:
    """Part of a model without the texts that only the client's help shows."""
    if isinstance(part, Mapping):
        return {
            key: _undocumented(value)
            for key, value in part.items()
            if key != "documentation" or not isinstance(value, str)
        }
    return part


def _write(file: Path, document: Any) -> None:
    file.write_text(json.dumps(document, separators=(",", ":")))
