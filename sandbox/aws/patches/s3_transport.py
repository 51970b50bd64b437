"""S3 requests count as sent over TLS.

AWS: a bucket policy that denies requests with `aws:SecureTransport` = `false` lets every SDK through, because
SDK endpoints use TLS; of the services we use, only S3 would also answer plain HTTP.
ministack: serves plain HTTP on the loopback and tells its policy engine so, which would deny every request.
"""

from typing import Any

from ministack.core import iam_evaluator

from sandbox.aws.private import require
from sandbox.aws.world import World


def install(_world: World) -> None:
    """Tell S3's policy engine that requests use secure transport; nothing else is widened."""
    require(iam_evaluator, "enforce", "pin_request_origin", "_request_origin")
    enforce = iam_evaluator.enforce

    def enforce_as_if_by_tls(key: str, action: str, service: str, *rest: Any, **context: Any) -> Any:
        if service == "s3":
            source, _ = iam_evaluator._request_origin.get()
            iam_evaluator.pin_request_origin(source, True)
        return enforce(key, action, service, *rest, **context)

    iam_evaluator.enforce = enforce_as_if_by_tls
