"""DryRun changes nothing.

AWS: with DryRun an EC2 call is authorised and then answered with the error DryRunOperation (EC2 API common
query parameters).
ministack: DryRun is ignored and the snapshot is created.
"""

from typing import Any
from urllib.parse import parse_qs

from ministack.services import ec2

from sandbox.aws.ec2_answers import error
from sandbox.aws.private import require
from sandbox.aws.world import World


def install(world: World) -> None:
    """Answer DryRun before any EC2 action."""
    require(ec2, "handle_request", "_error", "_ACTION_MAP")
    handle = ec2.handle_request

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query: dict[str, Any]) -> Any:
        params = {**query, **parse_qs((body or b"").decode())}
        known = params.get("Action", [""])[0] in ec2._ACTION_MAP
        if known and params.get("DryRun", [""])[0].lower() == "true":
            return error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        return await handle(method, path, headers, body, query)

    ec2.handle_request = handle_request
