"""An EKS token's shape and lifetime.

Source: kubernetes-sigs/aws-iam-authenticator `pkg/token/token.go`. AWS checks the signature: the URL inside
the token is executed against STS.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

PREFIX = "k8s-aws-v1."
LONGEST = 4096
LIFETIME = timedelta(minutes=15)

_HOST = re.compile(
    r"sts\.amazonaws\.com|sts(-fips)?\.[a-z]{2,}(-[a-z]+)+-\d\.(amazonaws\.com(\.cn)?|api\.aws)"
)
_PARAMETERS = frozenset(
    {
        "action",
        "version",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-security-token",
        "x-amz-signature",
        "x-amz-signedheaders",
        "x-amz-user-agent",
    }
)


class TokenRefused(Exception):
    """Not a token the cluster accepts; the text says why, for the server's log only."""


@dataclass(frozen=True)
class PresignedIdentity:
    """A presigned GetCallerIdentity request: its address, its query as signed, and when it expires."""

    host: str
    query: str
    expires: datetime


def read_token(token: str, now: datetime) -> PresignedIdentity:
    """The request inside a token. Raises TokenRefused for anything the authenticator refuses."""
    if len(token) > LONGEST:
        raise TokenRefused(f"token is too large: {len(token)} of {LONGEST} bytes")
    if not token.startswith(PREFIX):
        raise TokenRefused(f"token is missing expected {PREFIX!r} prefix")
    try:
        encoded = token[len(PREFIX) :]
        url = urlsplit(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    except (binascii.Error, ValueError) as problem:
        raise TokenRefused("token is not the base64url form of a URL") from problem
    if url.scheme != "https" or url.path != "/" or not _HOST.fullmatch(url.netloc):
        raise TokenRefused(f"unexpected place {url.scheme}://{url.netloc}{url.path} in pre-signed URL")
    values = _parameters(url.query)
    _check_signed_headers(values)
    return PresignedIdentity(url.netloc, url.query, _expiry(values, now))


def _parameters(query: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        lower = name.lower()
        if lower not in _PARAMETERS:
            raise TokenRefused(f"non-whitelisted query parameter {name!r}")
        if lower in values:
            raise TokenRefused(f"query parameter with multiple values not supported: {name!r}")
        values[lower] = value
    if values.get("action") != "GetCallerIdentity":
        raise TokenRefused(f"unexpected action {values.get('action')!r} in pre-signed URL")
    return values


def _check_signed_headers(values: dict[str, str]) -> None:
    if "x-k8s-aws-id" not in values.get("x-amz-signedheaders", "").lower().split(";"):
        raise TokenRefused("client did not sign the x-k8s-aws-id header in the pre-signed URL")


def _expiry(values: dict[str, str], now: datetime) -> datetime:
    seconds = values.get("x-amz-expires", "")
    if not seconds.isdecimal() or int(seconds) > 900:
        raise TokenRefused(f"invalid X-Amz-Expires parameter {seconds!r} in pre-signed URL: use 0 to 900")
    try:
        signed = datetime.strptime(values.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as problem:
        raise TokenRefused("error parsing X-Amz-Date parameter into a date") from problem
    expires = signed + LIFETIME
    if expires < now:
        raise TokenRefused(
            f"X-Amz-Date parameter is expired (15 minutes passed {expires:%Y-%m-%dT%H:%M:%SZ})"
        )
    return expires
