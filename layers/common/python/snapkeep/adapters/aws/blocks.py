"""Blocks of snapshots through the EBS direct APIs.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-accessing-snapshot.html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapkeep.domain.errors import (
    Forbidden,
    Invalid,
    NotFound,
    SnapkeepError,
    TemporaryError,
    Throttled,
    TokenExpired,
)
from snapkeep.domain.proof.blocks import BLOCK, Page
from snapkeep.domain.sizes import GIB

PAGE = 1000
"""Blocks of a page: up to 500 MiB of the volume. A larger one takes longer, and a check reads few places."""
PAGE_OF_CHANGES = 10_000


class EbsBlocks:
    """Implements the Blocks port with a client of the service `ebs`."""

    def __init__(self, ebs: Any) -> None:
        self._ebs = ebs

    def listed(self, snapshot_id: str, first: int) -> Page:
        """Which blocks are written. An empty page may be followed by others, so it only tells something with
        the next one.

        https://docs.aws.amazon.com/ebs/latest/userguide/readsnapshots.html
        """
        tokens: dict[int, str] = {}
        more: dict[str, Any] = {"StartingBlockIndex": first}
        while True:
            with _troubles(snapshot_id):
                answer = self._ebs.list_snapshot_blocks(SnapshotId=snapshot_id, MaxResults=PAGE, **more)
            tokens |= {each["BlockIndex"]: each["BlockToken"] for each in answer.get("Blocks", ())}
            following = answer.get("NextToken")
            if tokens or not following:
                break
            more = {"NextToken": following}
        size = answer["VolumeSize"] * GIB
        end = size // BLOCK if not following else max(tokens) + 1
        return Page(tokens, end, not following, size)

    def changed(self, before: str, snapshot_id: str) -> Iterator[int]:
        """The blocks in which a snapshot differs from an earlier one, page by page."""
        more: dict[str, Any] = {}
        while True:
            with _troubles(snapshot_id):
                answer = self._ebs.list_changed_blocks(
                    FirstSnapshotId=before, SecondSnapshotId=snapshot_id, MaxResults=PAGE_OF_CHANGES, **more
                )
            yield from (each["BlockIndex"] for each in answer.get("ChangedBlocks", ()))
            if not answer.get("NextToken"):
                return
            more = {"NextToken": answer["NextToken"]}

    def read(self, snapshot_id: str, index: int, token: str) -> bytes:
        """A block, whose checksum was verified."""
        with _troubles(snapshot_id):
            answer = self._ebs.get_snapshot_block(SnapshotId=snapshot_id, BlockIndex=index, BlockToken=token)
            data = bytes(answer["BlockData"].read())
        found = base64.b64encode(hashlib.sha256(data).digest()).decode()
        if len(data) != BLOCK or found != answer["Checksum"]:
            raise TemporaryError(f"block {index} of {snapshot_id} did not arrive as it was sent")
        return data


@contextmanager
def _troubles(snapshot_id: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise _meaning(snapshot_id, error) from error
    except BotoCoreError as error:
        raise TemporaryError(f"the blocks of {snapshot_id} cannot be read now: {error}") from error


def _meaning(snapshot_id: str, error: ClientError) -> SnapkeepError:
    """What an error of the EBS direct APIs means.

    https://docs.aws.amazon.com/ebs/latest/APIReference/CommonErrors.html
    """
    said = error.response.get("Error", {})
    code, text = said.get("Code", ""), said.get("Message", "")
    reason = str(error.response.get("Reason", ""))
    subject = f"the blocks of {snapshot_id}"
    if reason in ("INVALID_BLOCK_TOKEN", "INVALID_PAGE_TOKEN"):
        return TokenExpired(f"{subject}: the token is no longer valid")
    if code in ("RequestThrottledException", "ThrottlingException") or reason.endswith("THROTTLED"):
        return Throttled(f"{subject}: AWS takes no more calls for now")
    if code == "AccessDeniedException":
        return Forbidden(f"{subject} may not be read: {text or 'access denied'}")
    if code == "ResourceNotFoundException":
        return NotFound(f"{subject} cannot be read: {text or 'no such snapshot'}")
    if code == "ValidationException":
        return Invalid(f"{subject} cannot be read: {text or reason}")
    return TemporaryError(f"{subject} cannot be read now: {text or code}")
