"""Fetches what is behind the API's links, which S3 answers without our signature.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3

from snapkeep_cli.api.pools import pool_for
from snapkeep_cli.api.signed_transport import RETRIES, TIMEOUT
from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.api.troubles import why_no_answer

CHUNK = 2**20
"""Bytes read at a time."""


def fetch(url: str) -> bytes:
    """The content behind a link, unpacked. Raises Unreachable, also for an expired link."""
    with _answer(url) as found:
        return bytes(found.data)


def streamed(url: str) -> Iterator[bytes]:
    """The bytes behind a link, as they are stored, in pieces. Raises Unreachable, also for an expired link or
    when the connection ends early."""
    with _answer(url) as found:
        yield from found.stream(CHUNK, decode_content=False)


@contextmanager
def _answer(url: str) -> Iterator[Any]:
    host = url.partition("?")[0]  # the rest is as good as a password
    try:
        found = pool_for(url, retries=RETRIES, timeout=TIMEOUT).request("GET", url, preload_content=False)
        try:
            if found.status != 200:
                raise Unreachable(f"{host} answered HTTP {found.status}")
            yield found
        finally:
            found.close()
    except urllib3.exceptions.HTTPError as error:
        raise Unreachable(f"{host} does not answer: {why_no_answer(error)}") from error
