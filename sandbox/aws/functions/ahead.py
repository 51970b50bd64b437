"""Start workers ahead of invocations, as Lambda does with some.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import logging
import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from sandbox.aws.private import require
from sandbox.aws.scope import request_scope

require(lambda_runtime, "get_or_create_worker")
require(lambda_svc, "_functions")

log = logging.getLogger("sandbox.lambda")


def prepare_all() -> None:
    """Prepare a worker for each function of every account and Region, in the background. One after the other:
    what goes on meanwhile needs processors, too.
    """
    functions = list(lambda_svc._functions._data.items())
    threading.Thread(target=_prepare, args=(functions,), daemon=True, name="lambda-ahead").start()


def _prepare(functions: list[tuple[tuple[str, str, str], dict[str, Any]]]) -> None:
    for (account, region, name), function in functions:
        config, code = function["config"], function.get("code_zip")
        if not code:
            continue
        try:
            with request_scope(account, region):
                # Not leased: whoever invokes the function gets this worker, and waits for it.
                version = config.get("Version", "$LATEST")
                lambda_runtime.get_or_create_worker(name, config, code, version).prepare()
        except Exception:
            log.exception("function %s could not be prepared", name)
