"""Answers about files, and the contents of fetched ones, in the bucket of the reports.

They lie under `files/`; the bucket deletes them after a day.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.session import code_of, our_errors
from snapkeep.adapters.file_answers import answer_of, answer_text
from snapkeep.domain.files.operations import FileLink

if TYPE_CHECKING:
    from snapkeep.domain.files.results import Answer
    from snapkeep.ports.clock import Clock

PREFIX = "files/"

PART = 8 * 2**20
"""Bytes of a part, of which a file may have 10,000; all but the last must have at least 5 MiB.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
"""

MISSING = frozenset({"404", "NoSuchKey", "NotFound"})

BINARY = "application/octet-stream"


class S3Files:
    """Implements the FileStore port."""

    def __init__(self, s3: Any, bucket: str, clock: Clock) -> None:
        self._s3, self._bucket, self._clock = s3, bucket, clock

    def write_answer(self, operation_id: str, answer: Answer) -> None:
        """Store the answer of an operation."""
        body = gzip.compress(answer_text(answer).encode())
        with our_errors(f"store the answer of operation {operation_id}"):
            self._s3.put_object(**self._place(f"{operation_id}.json.gz"), Body=body)

    def answer(self, operation_id: str) -> Answer | None:
        """The answer of an operation; None when there is none."""
        with our_errors(f"read the answer of operation {operation_id}"):
            try:
                found = self._s3.get_object(**self._place(f"{operation_id}.json.gz"))
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise
            body = found["Body"].read()
        return answer_of(gzip.decompress(body).decode())

    def write_content(self, operation_id: str, chunks: Iterable[bytes]) -> None:
        """Store a content part by part, in the memory of one."""
        place = self._place(f"{operation_id}.content")
        parts = _parts(chunks)
        first = next(parts, b"")
        with our_errors(f"store what operation {operation_id} has read"):
            if len(first) < PART:
                self._s3.put_object(**place, Body=first, ContentType=BINARY)
            else:
                self._upload(place, first, parts)

    def link(self, operation_id: str, name: str, lasts: timedelta) -> FileLink:
        """A link to a content. The name is percent-encoded, whatever it holds.

        https://www.rfc-editor.org/rfc/rfc6266#section-4.3
        """
        encoded = quote(name.encode(errors="surrogateescape"), safe="")
        place = self._place(f"{operation_id}.content")
        expires_at = self._clock() + lasts
        disposition = {"ResponseContentDisposition": f"attachment; filename*=UTF-8''{encoded}"}
        with our_errors(f"link what operation {operation_id} has read"):
            url = self._s3.generate_presigned_url(
                "get_object", place | disposition, int(lasts.total_seconds())
            )
        return FileLink(url, expires_at)

    def _upload(self, place: dict[str, str], first: bytes, others: Iterator[bytes]) -> None:
        """Upload in parts; nothing stays of an upload that fails."""
        upload = {
            **place,
            "UploadId": self._s3.create_multipart_upload(**place, ContentType=BINARY)["UploadId"],
        }
        try:
            done = [self._part(upload, 1, first)]
            for number, part in enumerate(others, 2):
                done.append(self._part(upload, number, part))
            self._s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": done})
        except BaseException:
            self._s3.abort_multipart_upload(**upload)
            raise

    def _part(self, upload: dict[str, str], number: int, body: bytes) -> dict[str, Any]:
        answer = self._s3.upload_part(**upload, PartNumber=number, Body=body)
        return {"ETag": answer["ETag"], "PartNumber": number}

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": PREFIX + name}


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks as parts of PART bytes, the last one shorter."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
    if waiting:
        yield bytes(waiting)
