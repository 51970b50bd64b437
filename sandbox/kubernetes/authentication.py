"""Who sends a request: the kubeconfig's admin, or an AWS principal with an EKS token."""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.kubernetes.eks_access import Caller, EksAccess
from sandbox.kubernetes.eks_tokens import TokenRefused, read_token
from sandbox.kubernetes.errors import ApiError, unauthorized
from sandbox.kubernetes.requests import Request, User

ADMIN = User("kubernetes-admin", ("system:masters", "system:authenticated"), "admin")
ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))

_LOG = logging.getLogger(__name__)
_OPEN_PATHS = frozenset({"/healthz", "/livez", "/readyz"})
"""The paths that EKS answers without credentials."""


def real_now() -> datetime:
    """The machine's time: STS checks signatures against it, whatever the sandbox's clock says."""
    return datetime.now(UTC)


class Authenticator:
    """Turns the Authorization header into a user; accepted tokens are cached until they expire."""

    def __init__(
        self, admin_token: str, access: EksAccess | None, now: Callable[[], datetime] = real_now
    ) -> None:
        self._admin_token = admin_token
        self._access = access
        self._now = now
        self._accepted: dict[str, tuple[datetime, Caller]] = {}
        self._lock = threading.Lock()

    def user(self, request: Request) -> User:
        """The caller; the admin may act as another user with the Impersonate headers (`kubectl --as`).
        Raises ApiError 401 for a missing, expired, forged or unknown credential."""
        user = self._own_user(request)
        name = request.headers.get("impersonate-user", "")
        if not name:
            return user
        if not user.is_admin:
            why = (
                f'User "{user.name}" cannot impersonate resource "users" in API group "" at the cluster scope'
            )
            raise ApiError(403, "Forbidden", f'users "{name}" is forbidden: {why}')
        groups = filter(None, request.headers.get("impersonate-group", "").split(","))
        return User(name, (*(group.strip() for group in groups), "system:authenticated"))

    def _own_user(self, request: Request) -> User:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() == "bearer" and hmac.compare_digest(token, self._admin_token):
            return ADMIN
        if not token and request.path in _OPEN_PATHS:
            return ANONYMOUS
        if scheme.lower() != "bearer" or self._access is None:
            raise unauthorized()
        try:
            return self._access.user(self._caller(token, self._access))
        except (TokenRefused, BotoCoreError, ClientError) as problem:
            _LOG.warning("refused a bearer token: %s", problem)
            raise unauthorized() from problem

    def _caller(self, token: str, access: EksAccess) -> Caller:
        key, now = hashlib.sha256(token.encode()).hexdigest(), self._now()
        with self._lock:
            known = self._accepted.get(key)
            if known and now < known[0]:
                return known[1]
            self._accepted.pop(key, None)
        signed = read_token(token, now)
        caller = access.caller(signed)
        with self._lock:
            self._accepted = {name: row for name, row in self._accepted.items() if row[0] > now}
            self._accepted[key] = (signed.expires, caller)
        return caller
