"""What stores of files promise: the one in memory and the one in S3."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.aws.s3_files import PART, S3Files
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.files.results import Answer
from snapkeep.ports.files import FileStore
from tests.fakes.file_samples import ANSWERS, HOSTILE, TAKEN
from tests.fakes.stores.files import MemoryFiles

World = tuple[FileStore, Callable[[str], bytes | None]]


@pytest.fixture(params=["memory", "moto"])
def world(request: pytest.FixtureRequest) -> World:
    """The port, and what reads the content of an operation."""
    if request.param == "memory":
        fake = MemoryFiles(lambda: TAKEN)
        return fake, fake.contents.get
    s3: Any = request.getfixturevalue("aws").client("s3")
    s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})

    def content(operation_id: str) -> bytes | None:
        assert not s3.list_multipart_uploads(Bucket="reports").get("Uploads")
        try:
            found = s3.get_object(Bucket="reports", Key=f"files/{operation_id}.content")
        except s3.exceptions.NoSuchKey:
            return None
        return bytes(found["Body"].read())

    return S3Files(s3, "reports", lambda: TAKEN), content


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_comes_back_as_written(world: World, answer: Answer) -> None:
    store, _ = world
    store.write_answer("op-1", answer)
    assert store.answer("op-1") == answer
    assert store.answer("op-2") is None


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, 2 * PART + 5])
def test_a_content_comes_back_whatever_its_chunks(world: World, size: int) -> None:
    store, content = world
    data = hashlib.shake_128(b"x").digest(size)
    chunks = [data[at : at + 3_000_000] for at in range(0, size, 3_000_000)]
    store.write_content("op-1", iter(chunks))
    assert content("op-1") == data


@pytest.mark.parametrize("size", [10, 2 * PART])
def test_what_breaks_off_is_not_stored(world: World, size: int) -> None:
    store, content = world

    def breaking() -> Iterator[bytes]:
        yield bytes(size)
        raise TemporaryError("the blocks cannot be read now")

    with pytest.raises(TemporaryError, match="blocks"):
        store.write_content("op-1", breaking())
    assert content("op-1") is None


def test_a_link_ends_and_holds_no_name_unescaped(world: World) -> None:
    store, _ = world
    store.write_content("op-1", [b"x"])
    link = store.link("op-1", HOSTILE, timedelta(minutes=5))
    assert link.expires_at == TAKEN + timedelta(minutes=5)
    assert link.url.startswith("https://") and link.url.isascii() and link.url.isprintable()
    assert "op-1" in link.url and "rm\\" not in link.url
