"""Blocks of snapshots through the EBS direct APIs.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-accessing-snapshot.html
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from snapkeep.adapters.aws.session import TEMPORARY, THROTTLES, code_of, said
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

PAGE = 10_000
"""Blocks of a page, the most that AWS allows: a check lists all blocks in the end, at most 50 pages a second.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
"""

READS = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})
"""For the client of EbsBlocks, which repeats calls itself: botocore repeats none whose body broke off."""

DELAYS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each further attempt. Retries without a delay all fail while AWS throttles.

https://github.com/awslabs/coldsnap/pull/451
"""

T = TypeVar("T")


class EbsBlocks:
    """Implements the Blocks port with a client of the service `ebs`.

    "You should always retry requests that receive server (5xx) error responses, and ThrottlingException and
    RequestThrottledException client error responses."
    https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListSnapshotBlocks.html
    """

    def __init__(self, ebs: Any, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` waits for some seconds between attempts."""
        self._ebs = ebs
        self._sleep = sleep

    def listed(self, snapshot_id: str, first: int) -> Page:
        """Which blocks are written. An empty page may be followed by others, so it only tells something with
        the next one.

        https://docs.aws.amazon.com/ebs/latest/userguide/readsnapshots.html
        """
        tokens: dict[int, str] = {}
        more: dict[str, Any] = {"StartingBlockIndex": first}
        while True:
            answer = self._asked(
                snapshot_id, "list_snapshot_blocks", SnapshotId=snapshot_id, MaxResults=PAGE, **more
            )
            tokens |= {each["BlockIndex"]: each["BlockToken"] for each in answer.get("Blocks", ())}
            following = answer.get("NextToken")
            if tokens or not following:
                break
            more = {"NextToken": following}
        size = answer["VolumeSize"] * GIB
        end = size // BLOCK if not following else max(tokens) + 1
        return Page(tokens, end, not following, size)

    def changed(self, before: str, snapshot_id: str, first: int = 0) -> Iterator[int]:
        """The blocks in which a snapshot differs from an earlier one, page by page.

        "The list in the response will start from this block index or the next valid block index in the
        snapshots."
        https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListChangedBlocks.html
        """
        more: dict[str, Any] = {"StartingBlockIndex": first} if first else {}
        while True:
            answer = self._asked(
                snapshot_id,
                "list_changed_blocks",
                FirstSnapshotId=before,
                SecondSnapshotId=snapshot_id,
                MaxResults=PAGE,
                **more,
            )
            yield from (each["BlockIndex"] for each in answer.get("ChangedBlocks", ()))
            if not answer.get("NextToken"):
                return
            more = {"NextToken": answer["NextToken"]}

    def read(self, snapshot_id: str, index: int, token: str) -> bytes:
        """A block, whose checksum was verified."""
        return self._patiently(snapshot_id, lambda: self._fetched(snapshot_id, index, token))

    def _fetched(self, snapshot_id: str, index: int, token: str) -> bytes:
        answer = self._ebs.get_snapshot_block(SnapshotId=snapshot_id, BlockIndex=index, BlockToken=token)
        data = bytes(answer["BlockData"].read())
        found = base64.b64encode(hashlib.sha256(data).digest()).decode()
        if len(data) != BLOCK or found != answer["Checksum"]:
            raise TemporaryError(f"block {index} of {snapshot_id} did not arrive as it was sent")
        return data

    def _asked(self, snapshot_id: str, call: str, **request: Any) -> dict[str, Any]:
        return self._patiently(snapshot_id, lambda: getattr(self._ebs, call)(**request))

    def _patiently(self, snapshot_id: str, call: Callable[[], T]) -> T:
        """What a call returns, after more attempts if it fails for now."""
        for delay in DELAYS:
            try:
                with _troubles(snapshot_id):
                    return call()
            except TokenExpired:
                raise
            except TemporaryError:
                self._sleep(delay)
        with _troubles(snapshot_id):
            return call()


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

    A ValidationException says by its Reason what is wrong.
    https://docs.aws.amazon.com/ebs/latest/APIReference/API_ValidationException.html
    """
    code, reason = code_of(error), str(error.response.get("Reason", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    subject = f"the blocks of {snapshot_id}"
    if reason in ("INVALID_BLOCK_TOKEN", "INVALID_PAGE_TOKEN"):
        return TokenExpired(f"{subject}: the token is no longer valid")
    if code in THROTTLES or code == "RequestThrottledException":
        return Throttled(f"{subject}: AWS takes no more calls for now")
    if code in TEMPORARY or status >= 500 or code == "ServiceQuotaExceededException":
        return TemporaryError(f"{subject} cannot be read now: {said(error)}")
    if code.startswith("AccessDenied") or reason == "INVALID_CUSTOMER_KEY":
        return Forbidden(f"{subject} may not be read: {said(error)}")
    if code == "ResourceNotFoundException":
        return NotFound(f"{subject} cannot be read: {said(error)}")
    return Invalid(f"{subject} cannot be read: {said(error)}")
