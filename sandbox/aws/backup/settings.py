"""Which types of resources AWS Backup may back up in an account and Region.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
"""

from __future__ import annotations

from typing import Any

from sandbox.aws.backup.records import Scope
from sandbox.aws.backup.refusals import Refused
from sandbox.aws.world import World

KNOWN = ("DynamoDB", "EBS", "EC2", "EFS", "RDS", "S3")


def shown(world: World, scope: Scope) -> dict[str, Any]:
    """DescribeRegionSettings."""
    opted = {**dict.fromkeys(KNOWN, True), **world.backup.opted.get(scope, {})}
    return {"ResourceTypeOptInPreference": opted, "ResourceTypeManagementPreference": {}}


def update(world: World, scope: Scope, asked: dict[str, Any]) -> None:
    """UpdateRegionSettings; types that are not named stay as they are."""
    with world.lock:
        opted = world.backup.opted.setdefault(scope, {})
        opted |= {kind: bool(on) for kind, on in asked.get("ResourceTypeOptInPreference", {}).items()}


def check(world: World, scope: Scope, kind: str) -> None:
    """Refuse a job for a type that is turned off. AWS documents the refusal, not its words."""
    if not shown(world, scope)["ResourceTypeOptInPreference"][kind]:
        raise Refused("InvalidRequestException", f"The resource type {kind} is not enabled in this Region.")
