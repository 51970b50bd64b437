"""The EBS direct APIs exist.

AWS: see sandbox/aws/ebs_direct.py; errors carry a Reason beside their Message (API reference, "EBS direct
APIs").
ministack: no such service.
"""

import json
import re
from typing import Any

from ministack import app
from ministack.core import iam_actions, router

from sandbox.aws.ebs_direct import EbsDirect, Query, Refused
from sandbox.aws.private import require
from sandbox.aws.world import World

SERVICE = "ebs"
JSON = {"Content-Type": "application/json"}
Answer = tuple[int, dict[str, str], bytes]


def install(world: World) -> None:
    """Add the service, route requests signed for it, and name its actions to IAM."""
    require(app, "SERVICE_HANDLERS")
    require(router, "SERVICE_PATTERNS")
    require(iam_actions, "SERVICE_TO_IAM_NAMESPACE", "_BOTOCORE_SERVICE_MAP", "_DENIED_CODES")
    direct = EbsDirect(world)

    async def handle(method: str, path: str, _headers: Any, _body: bytes, query: Query) -> Answer:
        try:
            return _answer(direct, method, path, query)
        except Refused as refused:
            said = {"Message": refused.message, "Reason": refused.reason}
            return refused.status, {**JSON, "x-amzn-errortype": refused.code}, json.dumps(said).encode()

    app.SERVICE_HANDLERS[SERVICE] = handle
    router.SERVICE_PATTERNS[SERVICE] = {"credential_scope": SERVICE}
    iam_actions.SERVICE_TO_IAM_NAMESPACE[SERVICE] = SERVICE
    iam_actions._BOTOCORE_SERVICE_MAP[SERVICE] = [SERVICE]
    iam_actions._DENIED_CODES[SERVICE] = "AccessDeniedException"


def _answer(direct: EbsDirect, method: str, path: str, query: Query) -> Answer:
    found = re.fullmatch(r"/snapshots/([^/]+)/(blocks|changedblocks)(?:/(\d+))?", path)
    if method != "GET" or found is None:
        raise Refused(404, "UnknownOperationException", "", f"The sandbox does not answer {method} {path}.")
    snapshot, kind, index = found.groups()
    if index is not None:
        data, checksum = direct.get_block(snapshot, int(index), query)
        headers = {
            "Content-Type": "application/octet-stream",
            "x-amz-Data-Length": str(len(data)),
            "x-amz-Checksum": checksum,
            "x-amz-Checksum-Algorithm": "SHA256",
        }
        return 200, headers, data
    listing = direct.list_blocks if kind == "blocks" else direct.list_changed
    return 200, {**JSON}, json.dumps(listing(snapshot, query)).encode()  # ministack adds headers
