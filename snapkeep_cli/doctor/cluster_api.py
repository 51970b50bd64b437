"""The Kubernetes API of an EKS cluster, as the caller: signed like `aws eks get-token`.

https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/README.md#api-authorization-from-outside-a-cluster
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import urllib3
from botocore.config import Config

from snapkeep_cli.api.troubles import why_no_answer

if TYPE_CHECKING:
    import boto3

Document = dict[str, Any]

TIMEOUT = urllib3.Timeout(connect=5, read=15)
RETRIES = urllib3.Retry(total=2, backoff_factor=0.3, status_forcelist=(429, 502, 503), raise_on_status=False)
PAGE = 500


class Refused(Exception):
    """The cluster answered with an error; `status` is the HTTP status, the text is the cluster's."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


class NoAnswer(Exception):
    """Nobody answered; the text names the address and the cause."""


class ClusterApi:
    """Calls one cluster. Every method raises Refused and NoAnswer."""

    def __init__(self, endpoint: str, authority: str, token: str) -> None:
        """`authority` is DescribeCluster's value: a base64-encoded PEM."""
        self._endpoint = endpoint.rstrip("/")
        self._token = token
        self._pool = urllib3.PoolManager(
            retries=RETRIES, timeout=TIMEOUT, ca_cert_data=base64.b64decode(authority).decode()
        )

    def get(self, path: str) -> Document:
        """The document at a path."""
        return self._call("GET", path)

    def find(self, path: str) -> Document | None:
        """The document at a path; None if there is none."""
        try:
            return self.get(path)
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise

    def list(self, path: str) -> Iterator[Document]:
        """All objects of a kind, page by page."""
        token = ""
        while True:
            query = {"limit": str(PAGE)} | ({"continue": token} if token else {})
            page = self.get(f"{path}?{urlencode(query)}")
            yield from page.get("items") or []
            token = (page.get("metadata") or {}).get("continue") or ""
            if not token:
                return

    def create(self, path: str, body: Document, as_group: str = "") -> Document:
        """POST an object, impersonating a member of a group if one is given.

        https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
        """
        speaking = {"Impersonate-User": "snapkeep-doctor", "Impersonate-Group": as_group} if as_group else {}
        return self._call("POST", path, body, speaking)

    def _call(
        self, method: str, path: str, body: Document | None = None, more: Mapping[str, str] | None = None
    ) -> Document:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self._token}", **(more or {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
        sent = json.dumps(body).encode() if body is not None else None
        try:
            answer = self._pool.request(method, self._endpoint + path, headers=headers, body=sent)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NoAnswer(f"{self._endpoint} does not answer: {why_no_answer(error)}") from error
        document = _document(answer.data)
        if answer.status >= 400:
            raise Refused(answer.status, str(document.get("message") or f"HTTP {answer.status}"))
        return document


def token(session: boto3.Session, region: str, cluster: str) -> str:
    """A bearer token for the cluster: a presigned GetCallerIdentity request that includes the cluster's name.

    Signed for the Region's real STS whatever endpoint is configured, because the cluster sends it there.
    """
    maker: Any = session
    the_real_one: Any = {"ignore_configured_endpoint_urls": True}  # an argument missing from the stubs
    sts = maker.client("sts", region_name=region, config=Config(**the_real_one))
    sts.meta.events.register(
        "before-sign.sts.GetCallerIdentity",
        lambda request, **_: request.headers.add_header("x-k8s-aws-id", cluster),
    )
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _document(data: bytes) -> Document:
    try:
        document = json.loads(data)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
