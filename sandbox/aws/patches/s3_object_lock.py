"""CloudFormation turns on Object Lock where a bucket's template says so.

AWS: ObjectLockEnabled of AWS::S3::Bucket (CloudFormation template reference).
ministack: only CreateBucket of S3 itself turns it on; a bucket of a stack refuses objects with a lock.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from sandbox.aws.private import require, require_keys
from sandbox.aws.world import World

Props = dict[str, Any]
Made = tuple[str, dict[str, Any]]
BUCKET = "AWS::S3::Bucket"


def install(_world: World) -> None:
    """Remember the lock of new buckets, as CreateBucket does."""
    require(s3, "_bucket_object_lock", "_bucket_versioning")
    handlers = provisioners._RESOURCE_HANDLERS
    require_keys(handlers, "provisioners._RESOURCE_HANDLERS", BUCKET)
    handlers[BUCKET]["create"] = _with_lock(handlers[BUCKET]["create"])


def _with_lock(create: Callable[[str, Props, str], Made]) -> Callable[[str, Props, str], Made]:
    def created(logical_id: str, props: Props, stack: str) -> Made:
        name, attributes = create(logical_id, props, stack)
        if str(props.get("ObjectLockEnabled")).lower() == "true":
            s3._bucket_object_lock[name] = {"enabled": True, "default_retention": None}
            s3._bucket_versioning[name] = "Enabled"
        return name, attributes

    return created
