"""Says in a sentence why AWS or a cluster could not be reached; never an exception's own text."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import urllib3
from botocore import exceptions as aws

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
UNKNOWN_KEY = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"}
)
SLOW_DOWN = frozenset(
    {"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"}
)


def why_no_answer(error: BaseException) -> str:
    """Why nobody answered, such as `connection refused`, from an exception of urllib3."""
    for cause in _causes(error):
        if isinstance(cause, urllib3.exceptions.NameResolutionError | socket.gaierror):
            return "there is no such host, or no DNS"
        if isinstance(cause, urllib3.exceptions.ConnectTimeoutError):
            return "nobody accepted the connection in time"
        if isinstance(cause, urllib3.exceptions.ReadTimeoutError):
            return "it accepted the request and did not answer in time"
        if isinstance(cause, urllib3.exceptions.SSLError):
            return "this machine does not trust its TLS certificate"
        if isinstance(cause, urllib3.exceptions.ProxyError):
            return "the proxy could not connect to it"
        if isinstance(cause, ConnectionRefusedError):
            return "it refused the connection"
        if isinstance(cause, urllib3.exceptions.ProtocolError | ConnectionResetError):
            return "it closed the connection before it answered"
        if isinstance(cause, urllib3.exceptions.LocationParseError | urllib3.exceptions.LocationValueError):
            return "that is not an address"
    return "the connection failed"


def why_aws_refused(error: aws.BotoCoreError | aws.ClientError) -> str:
    """Why AWS gave no result, in a sentence; it names the operation if there is one."""
    if isinstance(error, aws.ClientError):
        return _answered(error)
    if isinstance(error, aws.NoCredentialsError | aws.PartialCredentialsError):
        return "there are no AWS credentials to sign with"
    if isinstance(error, aws.ProfileNotFound):
        return f"there is no AWS profile {error.kwargs.get('profile')!r}"
    if isinstance(error, aws.NoRegionError):
        return "the AWS Region is unknown"
    if isinstance(error, aws.TokenRetrievalError | aws.UnauthorizedSSOTokenError | aws.SSOTokenLoadError):
        return "your AWS sign-on session has ended"
    if isinstance(error, aws.HTTPClientError):
        address = error.kwargs.get("endpoint_url") or "AWS"
        return f"{address} does not answer"
    return f"AWS cannot be asked ({type(error).__name__})"


def _answered(error: aws.ClientError) -> str:
    said = error.response.get("Error", {})
    code, operation = str(said.get("Code", "")), error.operation_name
    if code in DENIED:
        return f"you may not call {operation}"
    if code in EXPIRED:
        return "your AWS credentials have expired"
    if code in UNKNOWN_KEY:
        return "AWS does not accept your credentials"
    if code in SLOW_DOWN:
        return f"AWS throttles {operation}: try again in a minute"
    if code.isdecimal() and not said.get("Message"):
        return f"AWS refused {operation} without a reason (HTTP {code})"
    return f"AWS refused {operation}: {said.get('Message') or code}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and its causes, innermost first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        reason = getattr(error, "reason", None)
        error = reason if isinstance(reason, BaseException) else error.__cause__ or error.__context__
    yield from reversed(found)
