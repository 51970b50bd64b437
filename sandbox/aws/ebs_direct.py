"""The EBS direct APIs: the written blocks of a snapshot, those that differ from another one, and their bytes.

Only completed snapshots of the standard tier are read, the account's own and those shared with it, but no
public ones; an encrypted one needs kms:Decrypt on its key. Blocks are listed in rising order, and a page may
be short or empty although others follow (EBS user guide, "Read Amazon EBS snapshots" and "FAQ" of the EBS
direct APIs; API ListSnapshotBlocks, ListChangedBlocks, GetSnapshotBlock).
AWS does not say what makes a lineage: here, snapshots of one volume under one key are of one lineage, and so
are their copies in a Region.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ministack.services import ec2

from sandbox.aws import contents, kms_keys, sharing, tiers
from sandbox.aws.block_store import BLOCK, Blocks
from sandbox.aws.block_tokens import BLOCK_LIFE, BlockTokens
from sandbox.aws.patches.iam_ec2 import caller_may
from sandbox.aws.scope import request_scope
from sandbox.aws.snapshots import settle_due
from sandbox.aws.world import World

Record = dict[str, Any]
Query = dict[str, list[str]]
FEWEST, MOST = 100, 10_000
"""Blocks of a page: fewer than FEWEST cannot be asked for."""


class Refused(Exception):
    """An error of the EBS direct APIs; `status`, `code`, `reason` and `message` are AWS's."""

    def __init__(self, status: int, code: str, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.reason, self.message = status, code, reason, message


def invalid(reason: str, message: str) -> Refused:
    """A request that AWS does not accept."""
    return Refused(400, "ValidationException", reason, message)


@dataclass
class Bucket:
    """Calls that may still be made; it fills by `rate` a second and holds what a second brings."""

    left: float = float("inf")
    since: datetime | None = None

    def take(self, rate: float, now: datetime) -> bool:
        """Take a call out, or return False if there is none."""
        passed = (now - self.since).total_seconds() if self.since else 0.0
        self.left, self.since = min(rate, self.left + max(0.0, passed) * rate), now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass
class EbsDirect:
    """Answers the calls, in the account and Region of the request. Each raises Refused."""

    world: World
    tokens: BlockTokens = field(default_factory=BlockTokens)
    _buckets: dict[tuple[str, str, str], Bucket] = field(default_factory=dict)

    def list_blocks(self, snapshot: str, query: Query) -> Record:
        """ListSnapshotBlocks."""
        self._pace("list", self.world.settings.block_lists_per_second)
        record, now = self._readable(snapshot), self.world.clock.now()
        found, more = self._page(record, snapshot, self._blocks(record), query)
        blocks = [
            {"BlockIndex": index, "BlockToken": self.tokens.of_block(snapshot, index, now)} for index in found
        ]
        return self._listing(record, "Blocks", blocks, more)

    def list_changed(self, snapshot: str, query: Query) -> Record:
        """ListChangedBlocks; a block that only one of the snapshots has carries that one's token only."""
        self._pace("list", self.world.settings.block_lists_per_second)
        first, record, now = _one(query, "firstSnapshotId"), self._readable(snapshot), self.world.clock.now()
        sides = {"SecondBlockToken": (snapshot, self._blocks(record))}
        if first:
            earlier = self._readable(first)
            if _lineage(earlier) != _lineage(record):
                raise invalid("UNRELATED_SNAPSHOTS", f"{first} and {snapshot} are not of one lineage.")
            sides["FirstBlockToken"] = (first, self._blocks(earlier))
        held = [blocks for _name, blocks in sides.values()]
        differing = (index for index in set().union(*held) if len({each.get(index) for each in held}) > 1)
        found, more = self._page(record, f"{first} {snapshot}", differing if first else held[0], query)
        changed = [
            {
                "BlockIndex": index,
                **{
                    token: self.tokens.of_block(name, index, now)
                    for token, (name, blocks) in sides.items()
                    if index in blocks
                },
            }
            for index in found
        ]
        return self._listing(record, "ChangedBlocks", changed, more)

    def get_block(self, snapshot: str, index: int, query: Query) -> tuple[bytes, str]:
        """GetSnapshotBlock: the bytes and their SHA-256 in base64."""
        self._pace("get", self.world.settings.block_reads_per_second)
        record = self._readable(snapshot)
        if index >= _count(record):
            raise invalid("INVALID_BLOCK", f"Block {index} is not in {snapshot}.")
        digest = self._blocks(record).get(index)
        token = _one(query, "blockToken")
        if digest is None or not self.tokens.admits(token, snapshot, index, self.world.clock.now()):
            raise invalid("INVALID_BLOCK_TOKEN", f"The token of block {index} is not valid.")
        return self.world.blocks.data(digest), base64.b64encode(bytes.fromhex(digest)).decode()

    def _pace(self, kind: str, rate: float) -> None:
        place = (kind, ec2.get_account_id(), ec2.get_region())
        with self.world.lock:
            taken = self._buckets.setdefault(place, Bucket()).take(rate, self.world.clock.now())
        if not taken:
            raise Refused(400, "RequestThrottledException", "ACCOUNT_THROTTLED", "Rate exceeded")

    def _readable(self, snapshot: str) -> Record:
        if not re.fullmatch(r"snap-[0-9a-f]{1,59}", snapshot):
            raise invalid("INVALID_SNAPSHOT_ID", f"{snapshot} is not the id of a snapshot.")
        settle_due(self.world)
        account, region = ec2.get_account_id(), ec2.get_region()
        record = sharing.find(account, region, snapshot)
        if record is None or not _is_open(record, account) or tiers.is_archived(self.world, record):
            text = f"The snapshot '{snapshot}' does not exist."
            raise Refused(404, "ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", text)
        _check_key(record, region)
        return record

    def _blocks(self, record: Record) -> Blocks:
        return contents.blocks(self.world.blocks, record)

    def _page(
        self, record: Record, listing: str, blocks: Iterable[int], query: Query
    ) -> tuple[list[int], str]:
        """The indexes of a page, and the NextToken, empty after the last page."""
        now, most = self.world.clock.now(), int(_one(query, "maxResults") or MOST)
        if most > MOST:
            raise invalid("INVALID_PARAMETER_VALUE", f"MaxResults is {FEWEST} to {MOST}, not {most}.")
        start: int | None = int(_one(query, "startingBlockIndex") or 0)
        if token := _one(query, "pageToken"):
            start = self.tokens.next_of(token, listing, now)
        if start is None:
            raise invalid("INVALID_PAGE_TOKEN", "The NextToken is not valid.")
        end = start + self.world.settings.blocks_looked_at
        found = sorted(index for index in blocks if start <= index < end)
        if len(found) > max(most, FEWEST):
            found = found[: max(most, FEWEST)]
            end = found[-1] + 1
        return found, "" if end >= _count(record) else self.tokens.of_page(listing, end, now)

    def _listing(self, record: Record, name: str, blocks: list[Record], more: str) -> Record:
        return {
            name: blocks,
            "ExpiryTime": (self.world.clock.now() + BLOCK_LIFE).timestamp(),
            "VolumeSize": record["VolumeSize"],
            "BlockSize": BLOCK,
            **({"NextToken": more} if more else {}),
        }


def _one(query: Query, name: str) -> str:
    return (query.get(name) or [""])[0]


def _count(record: Record) -> int:
    return int(record["VolumeSize"]) * 2**30 // BLOCK


def _is_open(record: Record, account: str) -> bool:
    is_public_only = record["OwnerId"] != account and {"UserId": account} not in record.get(
        sharing.PERMISSIONS, []
    )
    return record["State"] == "completed" and not is_public_only


def _lineage(record: Record) -> tuple[Any, ...]:
    volume = record.get("_lineage") or (record["OwnerId"], record["VolumeId"])
    return ("_source" in record, tuple(volume), record.get("KmsKeyId") or "")


def _check_key(record: Record, region: str) -> None:
    """The aws/ebs key is open to its whole account; on another one, the caller needs kms:Decrypt."""
    arn = record.get("KmsKeyId")
    if not arn:
        return
    with request_scope(record["OwnerId"], region):
        key = kms_keys.find(arn)
    if key is None or not kms_keys.is_usable(key):
        raise invalid("INVALID_CUSTOMER_KEY", f"The key {arn} cannot be used.")
    if not kms_keys.is_managed(key) and not caller_may("kms:Decrypt", key["Arn"], {}):
        text = f"The key {arn} does not allow kms:Decrypt."
        raise Refused(403, "AccessDeniedException", "DEPENDENCY_ACCESS_DENIED", text)
