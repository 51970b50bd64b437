"""DeleteTags with a value keeps a tag that has a different value.

AWS: "If you specify a tag key without a tag value, Amazon EC2 deletes any tag with this key regardless of its
value. If you specify a tag key with an empty string as the tag value, Amazon EC2 deletes the tag only if its
value is an empty string." (API reference, DeleteTags)
ministack: the tag goes, whatever its value.
"""

from collections.abc import Iterator
from itertools import count

from ministack.services import ec2

from sandbox.aws.ec2_answers import Answer, Params, xml
from sandbox.aws.private import require, require_keys
from sandbox.aws.world import World


def install(world: World) -> None:
    """Replace DeleteTags."""
    require(ec2, "_ACTION_MAP", "_tags", "_p", "_xml", "_parse_member_list")
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", "DeleteTags")
    ec2._ACTION_MAP["DeleteTags"] = _delete


def _delete(params: Params) -> Answer:
    unwanted = dict(_named(params))
    for resource in ec2._parse_member_list(params, "ResourceId"):
        if resource in ec2._tags:
            ec2._tags[resource] = [tag for tag in ec2._tags[resource] if not _is_meant(tag, unwanted)]
    return xml("DeleteTagsResponse", "<return>true</return>")


def _named(params: Params) -> Iterator[tuple[str, str | None]]:
    """Each key in the request with its value, None without one."""
    for number in count(1):
        key = ec2._p(params, f"Tag.{number}.Key")
        if not key:
            return
        value = f"Tag.{number}.Value"
        yield key, ec2._p(params, value) if value in params else None


def _is_meant(tag: dict[str, str], unwanted: dict[str, str | None]) -> bool:
    return tag["Key"] in unwanted and unwanted[tag["Key"]] in (None, tag["Value"])
