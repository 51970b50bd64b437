"""What is asked of the EBS direct APIs, and what their answers and errors mean."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.blocks import PAGE, PAGE_OF_CHANGES, EbsBlocks
from snapkeep.domain.errors import Forbidden, Invalid, NotFound, TemporaryError, Throttled, TokenExpired
from snapkeep.domain.proof.blocks import BLOCK, Page
from snapkeep.domain.sizes import GIB

SNAPSHOT = "snap-0123456789abcdef0"
DATA = b"data" * (BLOCK // 4)
CHECKSUM = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
LIST = {"SnapshotId": SNAPSHOT, "MaxResults": PAGE}
VOLUME = {"VolumeSize": 2, "BlockSize": BLOCK}


@pytest.fixture
def stubber() -> Iterator[Stubber]:
    with Stubber(
        boto3.client("ebs", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b")
    ) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def blocks(stubber: Stubber) -> EbsBlocks:
    return EbsBlocks(stubber.client)


def test_a_page_ends_behind_its_last_block_while_others_follow(stubber: Stubber) -> None:
    found = [{"BlockIndex": 7, "BlockToken": "seven"}, {"BlockIndex": 9, "BlockToken": "nine"}]
    answer = VOLUME | {"Blocks": found, "NextToken": "more"}
    stubber.add_response("list_snapshot_blocks", answer, LIST | {"StartingBlockIndex": 5})
    assert blocks(stubber).listed(SNAPSHOT, 5) == Page({7: "seven", 9: "nine"}, 10, False, 2 * GIB)


def test_an_empty_page_is_not_the_end(stubber: Stubber) -> None:
    empty = VOLUME | {"Blocks": [], "NextToken": "more"}
    last = VOLUME | {"Blocks": [{"BlockIndex": 9, "BlockToken": "nine"}]}
    stubber.add_response("list_snapshot_blocks", empty, LIST | {"StartingBlockIndex": 0})
    stubber.add_response("list_snapshot_blocks", last, LIST | {"NextToken": "more"})
    assert blocks(stubber).listed(SNAPSHOT, 0) == Page({9: "nine"}, 2 * GIB // BLOCK, True, 2 * GIB)


def test_changes_are_read_page_by_page(stubber: Stubber) -> None:
    asked = {"FirstSnapshotId": "snap-before", "SecondSnapshotId": SNAPSHOT, "MaxResults": PAGE_OF_CHANGES}
    first = {"ChangedBlocks": [{"BlockIndex": 1}, {"BlockIndex": 2}], "NextToken": "more"}
    stubber.add_response("list_changed_blocks", first, asked)
    stubber.add_response(
        "list_changed_blocks", {"ChangedBlocks": [{"BlockIndex": 8}]}, asked | {"NextToken": "more"}
    )
    assert list(blocks(stubber).changed("snap-before", SNAPSHOT)) == [1, 2, 8]


def block_of(data: bytes, checksum: str) -> dict[str, Any]:
    return {
        "BlockData": io.BytesIO(data),
        "Checksum": checksum,
        "ChecksumAlgorithm": "SHA256",
        "DataLength": len(data),
    }


def test_a_block_is_read_with_its_token(stubber: Stubber) -> None:
    asked = {"SnapshotId": SNAPSHOT, "BlockIndex": 7, "BlockToken": "seven"}
    stubber.add_response("get_snapshot_block", block_of(DATA, CHECKSUM), asked)
    assert blocks(stubber).read(SNAPSHOT, 7, "seven") == DATA


@pytest.mark.parametrize("data", [DATA[:-1] + b"x", DATA[:-1]])
def test_a_block_that_was_changed_or_cut_on_its_way_is_read_again(stubber: Stubber, data: bytes) -> None:
    stubber.add_response("get_snapshot_block", block_of(data, CHECKSUM))
    with pytest.raises(
        TemporaryError, match="block 7 of snap-0123456789abcdef0 did not arrive as it was sent"
    ):
        blocks(stubber).read(SNAPSHOT, 7, "seven")


@pytest.mark.parametrize(
    ("code", "reason", "meaning"),
    [
        ("ValidationException", "INVALID_BLOCK_TOKEN", TokenExpired),
        ("ValidationException", "UNRELATED_SNAPSHOTS", Invalid),
        ("RequestThrottledException", "ACCOUNT_THROTTLED", Throttled),
        ("AccessDeniedException", "UNAUTHORIZED_ACCOUNT", Forbidden),
        ("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", NotFound),
        ("InternalServerException", "", TemporaryError),
    ],
)
def test_each_error_has_its_meaning(
    stubber: Stubber, code: str, reason: str, meaning: type[Exception]
) -> None:
    stubber.add_client_error(
        "get_snapshot_block", code, "said EBS", modeled_fields={"Reason": reason} if reason else None
    )
    with pytest.raises(meaning, match=SNAPSHOT) as caught:
        blocks(stubber).read(SNAPSHOT, 7, "seven")
    assert type(caught.value) is meaning
