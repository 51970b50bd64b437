"""The EFS file systems and what they hold, which no API of AWS shows: one mounts them to see it."""

from ministack.services import efs

from sandbox.aws.backup.records import Files, Scope
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World


def id_of(arn: str, scope: Scope) -> str | None:
    """The id of the file system with an ARN, if it is one of this account and Region."""
    account, region = scope
    name = name_in(arn)
    if arn != f"arn:aws:elasticfilesystem:{region}:{account}:file-system/{name}":
        return None
    with request_scope(account, region):
        return name if name in efs._file_systems else None


def name_in(arn: str) -> str:
    """The id in the ARN of a file system."""
    return arn.rpartition("/")[2]


def write(world: World, name: str, path: str, text: str | None) -> None:
    """Write a file, or delete it if `text` is None. ValueError for a path that is not absolute."""
    if not path.startswith("/"):
        raise ValueError(f"{path!r} is not an absolute path")
    files = world.backup.files.setdefault(name, {})
    if text is None:
        files.pop(path, None)
    else:
        files[path] = text


def read(world: World, name: str) -> Files:
    """All files of a file system, as somebody sees them who has mounted its root."""
    return dict(sorted(world.backup.files.get(name, {}).items()))


def fail(world: World, name: str, times: int) -> None:
    """Let the next jobs of a file system (of any, for `*`) fail."""
    world.backup.outcomes[name] = times


def take_outcome(world: World, arn: str) -> bool:
    """Count down the failures still to happen to a file system; True if there was one."""
    for key in (name_in(arn), "*"):
        if world.backup.outcomes.get(key, 0) > 0:
            world.backup.outcomes[key] -= 1
            return True
    return False
