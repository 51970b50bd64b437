"""A stand-in for STS and EKS that knows a few roles, and tokens as `aws eks get-token` makes them."""

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCOUNT = "111122223333"
REGION = "ap-northeast-2"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/backup"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/backup/plan"


def token(cluster: str = "myeks", *, key: str = "AKIABACKUP", url: str = "", signed: bool = True) -> str:
    """An EKS token: a presigned GetCallerIdentity request in base64url without padding."""
    place = url or f"https://sts.{REGION}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    request: Any = AWSRequest("GET", place, headers={"x-k8s-aws-id": cluster} if signed else {})
    SigV4QueryAuth(Credentials(key, "secret"), "sts", REGION, expires=60).add_auth(request)
    return encode(request.url)


def encode(url: str) -> str:
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _signature(query: str, values: dict[str, str], headers: Any) -> str:
    """The signature that the request should carry, with the headers it came with."""
    url = f"https://{headers['Host']}/?{query.partition('&X-Amz-Signature=')[0]}"
    request: Any = AWSRequest("GET", url, headers={"x-k8s-aws-id": headers["x-k8s-aws-id"]})
    request.context["timestamp"] = values["X-Amz-Date"]
    key = values["X-Amz-Credential"].partition("/")[0]
    auth: Any = SigV4QueryAuth(Credentials(key, "secret"), "sts", REGION)
    return str(auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request))


@dataclass
class FakeAws:
    """Answers GetCallerIdentity for known keys when the signature is right, and lists access entries."""

    cluster: str = "myeks"
    callers: dict[str, str] = field(default_factory=lambda: {"AKIABACKUP": SESSION})
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    sts_calls: list[str] = field(default_factory=list)

    def start(self) -> str:
        aws = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = aws.answer(self.path, self.headers)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, headers: Any) -> tuple[int, bytes]:
        place = urlsplit(path)
        if place.path == "/":
            return self._identity(place.query, headers)
        if place.path == f"/clusters/{self.cluster}/access-entries":
            return 200, json.dumps({"accessEntries": list(self.entries)}).encode()
        principal = unquote(place.path.partition("/access-entries/")[2])
        return 200, json.dumps({"accessEntry": self.entries[principal]}).encode()

    def _identity(self, query: str, headers: Any) -> tuple[int, bytes]:
        self.sts_calls.append(headers["Host"])
        values = dict(parse_qsl(query))
        key = values["X-Amz-Credential"].partition("/")[0]
        if key not in self.callers or values["X-Amz-Signature"] != _signature(query, values, headers):
            return 403, b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>"
        arn = self.callers[key]
        body = f"<Arn>{arn}</Arn><UserId>AROA:plan</UserId><Account>{ACCOUNT}</Account>"
        return 200, f"<GetCallerIdentityResponse>{body}</GetCallerIdentityResponse>".encode()
