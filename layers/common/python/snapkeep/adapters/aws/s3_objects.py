"""Archives of objects and their manifests in an S3 bucket with versions and Object Lock.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.session import code_of, our_errors
from snapkeep.domain.objects.manifests import (
    Archive,
    Manifest,
    SecretsFile,
    Subject,
    from_document,
    to_document,
)

if TYPE_CHECKING:
    from snapkeep.domain.retention.deletion.locks import Lock
    from snapkeep.ports.clock import Clock

MISSING = frozenset({"404", "NoSuchKey", "NotFound"})

ENDING = ".yaml.gz"

SECRETS_ENDING = ".secrets.enc"
"""No name of a namespace has a dot, so no archive or manifest of another one ends like this."""

IN_MEMORY = 8 * 2**20
"""Bytes of an archive that stay in memory; a larger one goes to the function's disk, which has 512 MiB."""


class S3Objects:
    """The bucket of a deployment's saved objects."""

    def __init__(self, s3: Any, bucket: str, clock: Clock) -> None:
        self._s3, self._bucket, self._clock = s3, bucket, clock

    def write(self, subject: Subject, documents: Iterable[str], lock: Lock | None) -> Archive:
        """Compressed to the disk first, so that nothing is stored unless all documents were read."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            text_bytes = _compress(documents, cast("IO[bytes]", body))
            stored, digest = _measure(cast("IO[bytes]", body))
            key = f"{_place(subject)}{ENDING}"
            version = self._put(subject, key, body, digest, "application/gzip", lock)
        return Archive(key, version, digest.hex(), stored, text_bytes)

    def write_secrets(
        self, subject: Subject, kms_key: str, pieces: Iterable[bytes], lock: Lock | None
    ) -> SecretsFile:
        """What goes to the disk first is encrypted."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            for piece in pieces:
                body.write(piece)
            stored, digest = _measure(cast("IO[bytes]", body))
            key = f"{_place(subject)}{SECRETS_ENDING}"
            version = self._put(subject, key, body, digest, "application/octet-stream", lock)
        return SecretsFile(key, version, digest.hex(), stored, kms_key)

    def write_manifest(self, manifest: Manifest, lock: Lock | None) -> None:
        body = json.dumps(to_document(manifest), indent=1).encode()
        key = f"{_place(manifest.subject)}.json"
        digest = hashlib.sha256(body).digest()
        self._put(manifest.subject, key, body, digest, "application/json", lock)

    def manifest(self, subject: Subject) -> Manifest | None:
        with our_errors(f"read the manifest of {subject.namespace} in {subject.run}"):
            try:
                found = self._s3.get_object(Bucket=self._bucket, Key=f"{_place(subject)}.json")
                return from_document(json.loads(found["Body"].read()))
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise

    def links(self, archive: Archive, lasts: timedelta) -> tuple[str, str]:
        with our_errors(f"link to {archive.key}"):
            return self._link(lasts, archive.key, VersionId=archive.version), self._link(
                lasts, _manifest_of(archive)
            )

    def remove(self, archive: Archive) -> None:
        """The manifest goes first: without one an archive is not complete. Without a version, S3 only adds a
        delete marker.
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
        """
        for key in (_manifest_of(archive), archive.key):
            self._remove(key)

    def remove_secrets(self, file: SecretsFile) -> None:
        self._remove(file.key)

    def secrets_link(self, file: SecretsFile, lasts: timedelta) -> str:
        with our_errors(f"link to {file.key}"):
            return self._link(lasts, file.key, VersionId=file.version)

    def _remove(self, key: str) -> None:
        with our_errors(f"remove {key}"):
            self._s3.delete_object(Bucket=self._bucket, Key=key)

    def _link(self, lasts: timedelta, key: str, **version: str) -> str:
        place = {"Bucket": self._bucket, "Key": key, **version}
        return str(self._s3.generate_presigned_url("get_object", place, int(lasts.total_seconds())))

    def _put(self, subject: Subject, key: str, body: Any, digest: bytes, kind: str, lock: Lock | None) -> str:
        """Store a file; S3 refuses one that arrives with another SHA-256. Returns its version."""
        with our_errors(f"store the objects of {subject.namespace} in {subject.run}"):
            made = self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=kind,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64.b64encode(digest).decode(),
                **self._retention(lock),
            )
        return str(made.get("VersionId", ""))

    def _retention(self, lock: Lock | None) -> Mapping[str, Any]:
        """The mode and end of a lock in the words of S3, which has no cool-off period."""
        if lock is None:
            return {}
        until = self._clock() + timedelta(days=lock.days)
        return {"ObjectLockMode": lock.mode.upper(), "ObjectLockRetainUntilDate": until}


def _manifest_of(archive: Archive) -> str:
    return archive.key.removesuffix(ENDING) + ".json"


def _place(subject: Subject) -> str:
    return f"{subject.cluster}/{subject.policy}/{subject.run}/{subject.namespace}"


def _compress(documents: Iterable[str], body: IO[bytes]) -> int:
    """Write documents into a file as gzip, one at a time; returns the bytes of their text.

    Without a time in its header, the same documents give the same file.
    """
    text_bytes = 0
    with gzip.GzipFile(fileobj=body, mode="wb", mtime=0) as packed:
        for document in documents:
            data = document.encode()
            text_bytes += len(data)
            packed.write(data)
    return text_bytes


def _measure(body: IO[bytes]) -> tuple[int, bytes]:
    """The size of a file in bytes and its SHA-256; it is then at its start."""
    digest = hashlib.sha256()
    body.seek(0)
    while data := body.read(2**20):
        digest.update(data)
    size = body.tell()
    body.seek(0)
    return size, digest.digest()
