"""How the adapter for the EBS direct APIs bears throttles, broken answers and refusals."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from snapkeep.adapters.aws.blocks import DELAYS, PAGE, READS, EbsBlocks
from snapkeep.domain.errors import (
    Forbidden,
    Invalid,
    NotFound,
    SnapkeepError,
    TemporaryError,
    Throttled,
    TokenExpired,
)
from snapkeep.domain.proof.blocks import BLOCK

NAME = "snap-0123456789abcdef0"
DATA = b"x" * BLOCK


@pytest.fixture
def ebs() -> Any:
    return boto3.client(
        "ebs",
        region_name="ap-northeast-2",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=READS,
    )


@pytest.fixture
def aws(ebs: Any) -> Iterator[Stubber]:
    with Stubber(ebs) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def blocks(ebs: Any, waits: list[float]) -> EbsBlocks:
    return EbsBlocks(ebs, waits.append)


def refuse(aws: Stubber, call: str, code: str, reason: str = "", status: int = 400) -> None:
    fields = {"Reason": reason} if reason else {}
    aws.add_client_error(call, code, "because", http_status_code=status, modeled_fields=fields or None)


def send(aws: Stubber, data: bytes, said: bytes = DATA, length: int | None = None) -> None:
    body = StreamingBody(io.BytesIO(data), len(data) if length is None else length)
    checksum = base64.b64encode(hashlib.sha256(said).digest()).decode()
    aws.add_response("get_snapshot_block", {"BlockData": body, "DataLength": BLOCK, "Checksum": checksum})


def listing(*indexes: int, more: str = "") -> dict[str, Any]:
    written = [{"BlockIndex": index, "BlockToken": f"t{index}"} for index in indexes]
    return {"Blocks": written, "VolumeSize": 1, "BlockSize": BLOCK, **({"NextToken": more} if more else {})}


def test_throttles_and_failures_of_aws_are_waited_out_longer_each_time(
    blocks: EbsBlocks, aws: Stubber, waits: list[float]
) -> None:
    refuse(aws, "get_snapshot_block", "RequestThrottledException", "ACCOUNT_THROTTLED")
    refuse(aws, "get_snapshot_block", "InternalServerException", status=500)
    refuse(aws, "get_snapshot_block", "ThrottlingException")
    send(aws, DATA)

    assert blocks.read(NAME, 1, "t1") == DATA
    assert waits == list(DELAYS[:3]) == sorted(waits)


@pytest.mark.parametrize("data, length", [(b"y" * BLOCK, None), (DATA[:-1], None), (DATA[:-1], BLOCK)])
def test_a_block_that_arrives_changed_or_broken_off_is_read_again(
    blocks: EbsBlocks, aws: Stubber, waits: list[float], data: bytes, length: int | None
) -> None:
    send(aws, data, length=length)
    send(aws, DATA)

    assert blocks.read(NAME, 1, "t1") == DATA
    assert len(waits) == 1


def test_a_block_that_never_arrives_whole_is_given_up_for_now(blocks: EbsBlocks, aws: Stubber) -> None:
    for _ in range(len(DELAYS) + 1):
        send(aws, b"y" * BLOCK)

    with pytest.raises(TemporaryError, match=f"block 1 of {NAME} did not arrive as it was sent"):
        blocks.read(NAME, 1, "t1")


@pytest.mark.parametrize(
    "code, reason, status, meaning",
    [
        ("ValidationException", "INVALID_BLOCK_TOKEN", 400, TokenExpired),
        ("ValidationException", "INVALID_CUSTOMER_KEY", 400, Forbidden),
        ("ValidationException", "UNRELATED_SNAPSHOTS", 400, Invalid),
        ("AccessDeniedException", "DEPENDENCY_ACCESS_DENIED", 403, Forbidden),
        ("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404, NotFound),
    ],
)
def test_what_no_further_attempt_can_help_is_said_at_once(
    blocks: EbsBlocks,
    aws: Stubber,
    waits: list[float],
    code: str,
    reason: str,
    status: int,
    meaning: type[SnapkeepError],
) -> None:
    refuse(aws, "get_snapshot_block", code, reason, status)

    with pytest.raises(meaning, match=NAME) as refused:
        blocks.read(NAME, 1, "t1")
    assert type(refused.value) is meaning
    assert waits == []


@pytest.mark.parametrize(
    "code, status, meaning",
    [
        ("RequestThrottledException", 400, Throttled),
        ("ServiceQuotaExceededException", 402, TemporaryError),
        ("ExpiredTokenException", 403, TemporaryError),
        ("", 503, TemporaryError),
    ],
)
def test_what_lasts_longer_than_all_attempts_is_for_later(
    blocks: EbsBlocks, aws: Stubber, waits: list[float], code: str, status: int, meaning: type[SnapkeepError]
) -> None:
    for _ in range(len(DELAYS) + 1):
        refuse(aws, "list_snapshot_blocks", code, status=status)

    with pytest.raises(meaning, match=NAME) as refused:
        blocks.listed(NAME, 0)
    assert type(refused.value) is meaning
    assert waits == list(DELAYS)


def test_an_empty_page_is_followed_to_one_with_blocks(blocks: EbsBlocks, aws: Stubber) -> None:
    pages = (
        (listing(more="one"), {"StartingBlockIndex": 5}),
        (listing(more="two"), {"NextToken": "one"}),
        (listing(900, 901, more="three"), {"NextToken": "two"}),
    )
    for answer, asked in pages:
        request = {"SnapshotId": NAME, "MaxResults": PAGE, **asked}
        aws.add_response("list_snapshot_blocks", answer, request)

    page = blocks.listed(NAME, 5)

    assert (dict(page.tokens), page.end, page.is_last) == ({900: "t900", 901: "t901"}, 902, False)


def test_changes_are_asked_page_by_page(blocks: EbsBlocks, aws: Stubber, waits: list[float]) -> None:
    size = {"VolumeSize": 1, "BlockSize": BLOCK}
    aws.add_response("list_changed_blocks", {"ChangedBlocks": [{"BlockIndex": 3}], "NextToken": "a", **size})
    refuse(aws, "list_changed_blocks", "RequestThrottledException")
    aws.add_response("list_changed_blocks", {"ChangedBlocks": [], "NextToken": "b", **size})
    aws.add_response("list_changed_blocks", {"ChangedBlocks": [{"BlockIndex": 9}], **size})

    assert list(blocks.changed("snap-0123456789abcdef1", NAME)) == [3, 9]
    assert len(waits) == 1
