"""Requests to the API: signed with the user's AWS credentials, retried if that may help.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials

from snapkeep_cli.api.pools import pool_for
from snapkeep_cli.api.transport import Answer, Unreachable
from snapkeep_cli.api.troubles import why_no_answer

SERVICE = "execute-api"
TIMEOUT = urllib3.Timeout(connect=5, read=35)
"""Longer than API Gateway waits, so that we always see its answer."""

WORTH_WAITING = 5.0
"""The longest `Retry-After`, in seconds, that somebody at a terminal waits through instead of being told."""


class _Soon(urllib3.Retry):
    """Gives up at once on an answer that asks for more patience than that: it is then what is told."""

    def increment(
        self, method: str | None = None, url: str | None = None, response: Any = None, *rest: Any, **more: Any
    ) -> Self:
        after = self.get_retry_after(response) if response else None
        if after is not None and after > WORTH_WAITING:
            raise urllib3.exceptions.MaxRetryError(more["_pool"], url or "")
        return super().increment(method, url, response, *rest, **more)


RETRIES = _Soon(
    total=4,
    status_forcelist=(429, 502, 503, 504),
    allowed_methods=None,  # every POST carries an Idempotency-Key; PUT and DELETE need none
    backoff_factor=0.5,
    raise_on_status=False,
)


class SignedTransport:
    """HTTP with a signature of AWS Signature Version 4. `retries` says what to try again, and when."""

    def __init__(
        self,
        url: str,
        region: str,
        credentials: Credentials | ReadOnlyCredentials,
        retries: urllib3.Retry = RETRIES,
    ) -> None:
        self._url = url.rstrip("/")
        self._signer = SigV4Auth(credentials, SERVICE, region)
        self._pool = pool_for(url, retries=retries, timeout=TIMEOUT)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        """The answer, after retries of temporary failures. Raises Unreachable."""
        request = AWSRequest(method, self._url + path, headers=dict(headers), data=body.encode())
        self._signer.add_auth(request)
        try:
            found = self._pool.request(
                method, str(request.url), headers=dict(request.headers.items()), body=body.encode() or None
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(f"{self._url} does not answer: {why_no_answer(error)}") from error
        return Answer(found.status, dict(found.headers.items()), found.data.decode("utf-8", "replace"))
