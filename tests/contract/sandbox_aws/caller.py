"""Who calls a stage of API Gateway, with a signature, and what they are answered."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.launch import ADMIN_KEY


@dataclass(frozen=True)
class Answer:
    """What the gateway answered: status, headers by lower-case name, body."""

    status: int
    headers: Mapping[str, list[str]]
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


class Caller:
    """Someone who calls a stage; with credentials every request is signed."""

    def __init__(self, url: str, region: str, credentials: Credentials | None) -> None:
        self._url, self._region, self._credentials = url.rstrip("/"), region, credentials

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | str | Mapping[str, Any] = b"",
        *,
        headers: Mapping[str, str] | None = None,
        service: str = "execute-api",
        spoil: bool = False,
    ) -> Answer:
        """Send a request; `service` is the one it is signed for, `spoil` changes it after it was signed."""
        data = json.dumps(body) if isinstance(body, Mapping) else body
        request = AWSRequest(method, self._url + path, data=data, headers=dict(headers or {}))
        if self._credentials:
            SigV4Auth(self._credentials, service, self._region).add_auth(request)
        parts = urlsplit(request.url)
        sent = {**dict(request.headers.items()), **({"X-Amz-Date": "20200101T000000Z"} if spoil else {})}
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), data, sent)
            answer = connection.getresponse()
            found: dict[str, list[str]] = {}
            for name, value in answer.getheaders():
                found.setdefault(name.lower(), []).append(value)
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()


def administrator() -> Credentials:
    """Return the credentials of the account's root."""
    return Credentials(ADMIN_KEY, ADMIN_KEY)
