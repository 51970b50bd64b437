"""Access points of EFS, one for a token, with roots that EFS accepts.

AWS: a repeated ClientToken is AccessPointAlreadyExists, with the id of the first; a root has at most 100
characters and four levels, and none of `$#<>;`|&?{}^*`. Without CreationInfo no directory is made.
https://docs.aws.amazon.com/efs/latest/ug/API_CreateAccessPoint.html
https://docs.aws.amazon.com/efs/latest/ug/API_RootDirectory.html
ministack: ignores the token, and takes any root.
"""

import json
import re
from typing import Any

from ministack.services import efs

from sandbox.aws.private import require
from sandbox.aws.world import World

ROOT = re.compile(r"/|(/(?!\.)[^$#<>;`|&?{}^*/\n]+){1,4}")
LONGEST = 100
JSON = {"Content-Type": "application/json"}


def install(world: World) -> None:
    """Look at the token and the root before ministack makes an access point."""
    require(efs, "_create_access_point", "_access_points")
    make = efs._create_access_point

    def create(body: dict[str, Any]) -> Any:
        root = (body.get("RootDirectory") or {}).get("Path", "/")
        if len(root) > LONGEST or not ROOT.fullmatch(root):
            return _refused(400, "BadRequest", f"invalid path {root!r} of the root directory")
        with world.lock:
            for point in efs._access_points.values():
                if body.get("ClientToken") and point["ClientToken"] == body["ClientToken"]:
                    said = f"access point {point['AccessPointId']} exists for the token"
                    return _refused(
                        409, "AccessPointAlreadyExists", said, AccessPointId=point["AccessPointId"]
                    )
            return make(body)

    efs._create_access_point = create


def _refused(status: int, code: str, message: str, **more: str) -> Any:
    said = {"ErrorCode": code, "Message": message, **more}
    return status, {**JSON, "x-amzn-errortype": code}, json.dumps(said).encode()
