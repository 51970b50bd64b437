"""Who may use a snapshot besides its owner: accounts it is shared with, and everyone if it is public."""

from collections.abc import Iterator
from typing import Any

from ministack.services import ec2

Record = dict[str, Any]
Permission = dict[str, str]
EVERYONE: Permission = {"Group": "all"}
PERMISSIONS = "CreateVolumePermissions"


def is_open_to(record: Record, account: str) -> bool:
    """True if an account owns a snapshot, was given it, or may use it as anyone may."""
    given: list[Permission] = record.get(PERMISSIONS, [])
    return record["OwnerId"] == account or {"UserId": account} in given or EVERYONE in given


def open_to(account: str, region: str) -> Iterator[Record]:
    """Yield the snapshots of other accounts in a Region that an account may use."""
    for (owner, place, _name), record in list(ec2._snapshots._data.items()):
        if place == region and owner != account and is_open_to(record, account):
            yield record


def find(account: str, region: str, snapshot_id: str) -> Record | None:
    """Return a snapshot that an account owns in a Region or may use there, or None."""
    own: Record | None = ec2._snapshots.get_scoped(account, region, snapshot_id)
    foreign = (each for each in open_to(account, region) if each["SnapshotId"] == snapshot_id)
    return own or next(foreign, None)
