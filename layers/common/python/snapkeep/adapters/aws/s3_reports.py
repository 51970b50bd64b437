"""Report pages in an S3 bucket: one object per cluster, whose older versions are the earlier pages.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html
"""

from __future__ import annotations

import gzip
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.session import code_of, our_errors
from snapkeep.domain.report.link import ReportLink

if TYPE_CHECKING:
    from snapkeep.ports.clock import Clock

MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Reports:
    """The bucket of a deployment's reports."""

    def __init__(self, s3: Any, bucket: str, clock: Clock) -> None:
        self._s3, self._bucket, self._clock = s3, bucket, clock

    def write(self, cluster: str, page: str) -> None:
        """Store a page as the newest of its cluster, compressed; browsers and clients unpack it by
        themselves."""
        with our_errors(f"write the report of {cluster}"):
            self._s3.put_object(
                Bucket=self._bucket,
                Key=_key(cluster),
                Body=gzip.compress(page.encode()),
                ContentType="text/html; charset=utf-8",
                ContentEncoding="gzip",
                CacheControl="no-store",
            )

    def link(self, cluster: str, lasts: timedelta) -> ReportLink | None:
        place = {"Bucket": self._bucket, "Key": _key(cluster)}
        with our_errors(f"look for the report of {cluster}"):
            try:
                found = self._s3.head_object(**place)
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise
            expires_at = self._clock() + lasts
            url = self._s3.generate_presigned_url("get_object", place, int(lasts.total_seconds()))
        return ReportLink(url, found["LastModified"].astimezone(UTC), expires_at)


def _key(cluster: str) -> str:
    return f"{cluster}.html"
