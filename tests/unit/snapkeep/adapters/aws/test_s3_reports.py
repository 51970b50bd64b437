"""Pages in S3: compressed, as HTML, found by a link that needs no signature for a while."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from snapkeep.adapters.aws.s3_reports import S3Reports
from snapkeep.domain.errors import PermanentError, TemporaryError

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
PLACE = {"Bucket": "reports", "Key": "myeks.html"}


@pytest.fixture
def s3() -> Any:
    return boto3.client(
        "s3",
        region_name="ap-northeast-2",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(signature_version="s3v4"),
    )


def test_a_page_is_kept_compressed_and_as_html(s3: Any) -> None:
    sent: dict[str, Any] = {}
    s3.meta.events.register("before-parameter-build.s3.PutObject", lambda params, **_: sent.update(params))
    with Stubber(s3) as stubber:
        stubber.add_response("put_object", {})
        S3Reports(s3, "reports", lambda: NOW).write("myeks", "<p>Grüße</p>")
    assert gzip.decompress(io.BytesIO(sent["Body"]).read()).decode() == "<p>Grüße</p>"
    assert {key: sent[key] for key in ("Bucket", "Key", "ContentType", "ContentEncoding")} == {
        **PLACE,
        "ContentType": "text/html; charset=utf-8",
        "ContentEncoding": "gzip",
    }


def test_a_link_is_signed_for_as_long_as_asked_and_tells_when_the_page_was_written(s3: Any) -> None:
    with Stubber(s3) as stubber:
        stubber.add_response("head_object", {"LastModified": NOW - timedelta(minutes=40)}, PLACE)
        link = S3Reports(s3, "reports", lambda: NOW).link("myeks", timedelta(minutes=5))
    assert link is not None
    assert link.written_at == NOW - timedelta(minutes=40)
    assert link.expires_at == NOW + timedelta(minutes=5)
    assert link.url.startswith("https://") and "/myeks.html?" in link.url
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link.url and "X-Amz-Expires=300" in link.url


def test_without_a_page_there_is_no_link(s3: Any) -> None:
    with Stubber(s3) as stubber:
        stubber.add_client_error("head_object", "404", "Not Found", 404)
        assert S3Reports(s3, "reports", lambda: NOW).link("myeks", timedelta(minutes=5)) is None


@pytest.mark.parametrize(
    ("code", "status", "error"), [("403", 403, PermanentError), ("SlowDown", 503, TemporaryError)]
)
def test_other_trouble_is_ours(s3: Any, code: str, status: int, error: type[Exception]) -> None:
    with Stubber(s3) as stubber:
        stubber.add_client_error("put_object", code, "no", status)
        with pytest.raises(error, match="write the report of myeks"):
            S3Reports(s3, "reports", lambda: NOW).write("myeks", "page")
