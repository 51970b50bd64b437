"""What archives of objects promise: those in memory and those in S3."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.aws.s3_objects import IN_MEMORY, S3Objects
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.objects.manifests import Contents, Subject
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.ports.objects import ObjectArchives
from tests.contract.ports.samples import NOW
from tests.fakes.objects import MemoryArchives

SUBJECT = Subject("myeks", "nightly", "myeks.nightly.20261124T180000Z", NOW, "shop", ObjectScope.NAMESPACE)
DOCUMENTS = ['---\nkind: "ConfigMap"\n', '---\nkind: "Service"\n']
LOCK = Lock(LockMode.COMPLIANCE, 7, 24)

World = tuple[ObjectArchives, Callable[[str], str]]


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> Any:
    """S3 with a bucket that has versions and Object Lock."""
    s3: Any = request.getfixturevalue("aws").client("s3")
    where = {"LocationConstraint": "ap-northeast-2"}
    s3.create_bucket(Bucket="objects", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    return s3


@pytest.fixture(params=["memory", "moto"])
def world(request: pytest.FixtureRequest) -> World:
    """The port, and what reads the text of an archive by its key."""
    if request.param == "memory":
        fake = MemoryArchives()
        return fake, lambda key: fake.texts[key]
    s3 = request.getfixturevalue("bucket")

    def text(key: str) -> str:
        return gzip.decompress(s3.get_object(Bucket="objects", Key=key)["Body"].read()).decode()

    return S3Objects(s3, "objects", lambda: NOW), text


def test_documents_are_stored_as_they_came(world: World) -> None:
    archives, text = world
    archive = archives.write(SUBJECT, DOCUMENTS, None)
    assert text(archive.key) == "".join(DOCUMENTS)
    assert archive.text_bytes == len("".join(DOCUMENTS)) and archive.stored_bytes > 0
    assert archive.version


def test_nothing_is_stored_when_documents_end_early(world: World) -> None:
    archives, text = world

    def broken() -> Iterator[str]:
        yield DOCUMENTS[0]
        raise TemporaryError("the cluster stopped answering")

    with pytest.raises(TemporaryError):
        archives.write(SUBJECT, broken(), None)
    archive = archives.write(SUBJECT, DOCUMENTS, None)
    assert text(archive.key) == "".join(DOCUMENTS)


def test_a_manifest_comes_back_by_its_subject(world: World) -> None:
    archives, _ = world
    assert archives.manifest(SUBJECT) is None
    archive = archives.write(SUBJECT, DOCUMENTS, LOCK)
    contents = Contents({"configmaps": ["a"]}, {"secrets": "they are not asked for"})
    manifest = contents.manifest(SUBJECT, archive, NOW, NOW + timedelta(seconds=2))
    archives.write_manifest(manifest, LOCK)
    assert archives.manifest(SUBJECT) == manifest


def test_links_are_to_an_archive_and_its_manifest(world: World) -> None:
    archives, _ = world
    archive = archives.write(SUBJECT, DOCUMENTS, None)
    to_archive, to_manifest = archives.links(archive, timedelta(minutes=5))
    assert to_archive.startswith("https://") and "shop.yaml.gz" in to_archive
    assert to_manifest.startswith("https://") and "shop.json" in to_manifest


def test_what_is_removed_is_not_complete_any_more(world: World) -> None:
    archives, _ = world
    archive = archives.write(SUBJECT, DOCUMENTS, None)
    archives.write_manifest(Contents().manifest(SUBJECT, archive, NOW, NOW), None)
    for _ in range(2):
        archives.remove(archive)
    assert archives.manifest(SUBJECT) is None


def test_what_is_removed_stays_as_an_earlier_version(bucket: Any) -> None:
    archives = S3Objects(bucket, "objects", lambda: NOW)
    archive = archives.write(SUBJECT, DOCUMENTS, LOCK)
    archives.remove(archive)
    found = bucket.get_object(Bucket="objects", Key=archive.key, VersionId=archive.version)
    assert gzip.decompress(found["Body"].read()).decode() == "".join(DOCUMENTS)


def test_a_lock_keeps_archive_and_manifest(bucket: Any) -> None:
    archives = S3Objects(bucket, "objects", lambda: NOW)
    archive = archives.write(SUBJECT, DOCUMENTS, LOCK)
    archives.write_manifest(Contents().manifest(SUBJECT, archive, NOW, NOW), LOCK)
    for key in (archive.key, archive.key.replace(".yaml.gz", ".json")):
        found = bucket.head_object(Bucket="objects", Key=key)
        assert found["ObjectLockMode"] == "COMPLIANCE"
        assert found["ObjectLockRetainUntilDate"] == NOW + timedelta(days=7)


def test_writing_again_keeps_the_earlier_version(bucket: Any) -> None:
    archives = S3Objects(bucket, "objects", lambda: NOW)
    first, second = (archives.write(SUBJECT, [text], None) for text in DOCUMENTS)
    assert first.key == second.key and first.version != second.version
    body = bucket.get_object(Bucket="objects", Key=first.key, VersionId=first.version)["Body"].read()
    assert gzip.decompress(body).decode() == DOCUMENTS[0]
    assert hashlib.sha256(body).hexdigest() == first.sha256


def test_an_archive_may_be_larger_than_what_stays_in_memory(bucket: Any) -> None:
    archives = S3Objects(bucket, "objects", lambda: NOW)
    noise = (hashlib.sha512(str(number).encode()).hexdigest() + "\n" for number in range(200_000))
    archive = archives.write(SUBJECT, noise, None)
    assert archive.stored_bytes > IN_MEMORY
    assert bucket.head_object(Bucket="objects", Key=archive.key)["ContentLength"] == archive.stored_bytes


def test_a_file_of_secrets_is_stored_and_removed_beside_its_archive(world: World) -> None:
    archives, _ = world
    file = archives.write_secrets(SUBJECT, "arn:key", [b"line\n", b"\x00\xff"], LOCK)
    assert (file.stored_bytes, file.kms_key) == (7, "arn:key")
    assert file.sha256 == hashlib.sha256(b"line\n\x00\xff").hexdigest() and file.version
    assert "shop.secrets.enc" in archives.secrets_link(file, timedelta(minutes=5))
    for _ in range(2):
        archives.remove_secrets(file)


def test_no_secrets_are_stored_when_they_end_early(bucket: Any) -> None:
    archives = S3Objects(bucket, "objects", lambda: NOW)

    def broken() -> Iterator[bytes]:
        yield b"line"
        raise TemporaryError("the cluster stopped answering")

    with pytest.raises(TemporaryError):
        archives.write_secrets(SUBJECT, "arn:key", broken(), None)
    assert "Contents" not in bucket.list_objects_v2(Bucket="objects")


def test_a_lock_keeps_secrets_and_so_does_their_removal(bucket: Any) -> None:
    archives = S3Objects(bucket, "objects", lambda: NOW)
    file = archives.write_secrets(SUBJECT, "arn:key", [b"encrypted"], LOCK)
    archives.remove_secrets(file)
    found = bucket.get_object(Bucket="objects", Key=file.key, VersionId=file.version)
    assert found["Body"].read() == b"encrypted"
    assert found["ObjectLockMode"] == "COMPLIANCE"
    assert found["ObjectLockRetainUntilDate"] == NOW + timedelta(days=7)
