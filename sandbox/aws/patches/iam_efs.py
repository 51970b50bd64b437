"""Calls of EFS are authorised on the access point or file system that they name.

AWS: DescribeAccessPoints is authorised on the access point or file system of the query, DescribeFileSystems
and DescribeMountTargets on the file system, CreateAccessPoint on the file system in its body (service
authorization reference, "Amazon Elastic File System").
ministack: `*`, unless the path names one.
"""

import json
from typing import Any

from ministack.core import iam_actions

from sandbox.aws.private import require
from sandbox.aws.world import World

KINDS = {"AccessPointId": "access-point", "FileSystemId": "file-system"}


def install(_world: World) -> None:
    """Name the resource of a call whose path names none."""
    require(iam_actions, "extract_resource_arn")
    extract = iam_actions.extract_resource_arn

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, params: Any, *place: str
    ) -> Any:
        found = extract(service, method, path, headers, body, params, *place)
        if service != "elasticfilesystem" or found != "*":
            return found
        region, account = place
        named = _named(params) or _named(json.loads(body or b"{}"))
        return f"arn:aws:elasticfilesystem:{region}:{account}:{named}" if named else found

    iam_actions.extract_resource_arn = extract_resource_arn


def _named(asked: Any) -> str:
    """The access point or file system that a query or body names, if any."""
    for key, kind in KINDS.items():
        if value := (asked or {}).get(key):
            return f"{kind}/{value if isinstance(value, str) else value[0]}"
    return ""
