"""Who is behind an EKS token: the sandbox's own check, asked by the API server as a webhook.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from sandbox.kubernetes.authentication import Authenticator
from sandbox.kubernetes.eks_access import EksAccess
from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.requests import Request
from tests.e2e.controlplane.local_server import LocalServer

LOG = logging.getLogger(__name__)
EVERYBODY = "system:authenticated"
"""The API server adds this group itself."""


class TokenReviews:
    """Answers TokenReviews through the sandbox's STS and its access entries."""

    def __init__(self, access: EksAccess) -> None:
        self._authenticator = Authenticator(secrets.token_hex(16), access)
        self._server = LocalServer(lambda _path, _headers, review: (200, self.review(review)))
        self.url = f"{self._server.url}/authenticate"

    def review(self, review: dict[str, Any]) -> dict[str, Any]:
        """The answered TokenReview."""
        status = self._status(review["spec"]["token"])
        return {"apiVersion": review["apiVersion"], "kind": "TokenReview", "status": status}

    def _status(self, token: str) -> dict[str, Any]:
        request = Request("GET", "/api", headers={"authorization": f"Bearer {token}"})
        try:
            user = self._authenticator.user(request)
        except ApiError as refused:
            return {"authenticated": False, "error": str(refused)[:300]}
        groups = [each for each in user.groups if each != EVERYBODY]
        return {"authenticated": True, "user": {"username": user.name, "uid": user.uid, "groups": groups}}
