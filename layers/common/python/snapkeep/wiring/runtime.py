"""What every function but the cordoner runs with: the log, random text, pauses."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from snapkeep import in_lambda, started
from snapkeep.domain.backup.object_names import NONCE_BYTES
from snapkeep.wiring.basics import as_document

logger = Logger()


def get_ready(build: Callable[[], object]) -> None:
    """The last line of a handler's module: in Lambda, build what invocations will use before the first event.

    A function that is only imported, as in tests, has no settings yet.
    """
    if in_lambda():
        build()
    started()


def nonce() -> str:
    """A random text that nobody can guess; generated anew on each call, even after a SnapStart restore."""
    return secrets.token_hex(NONCE_BYTES)


def pause(duration: timedelta) -> None:
    """Wait."""
    time.sleep(duration.total_seconds())


def share_log() -> None:
    """Make our modules' loggers write as `logger` does."""
    copy_config_to_registered_loggers(source_logger=logger, include={"snapkeep"})


def log_report(report: Any) -> dict[str, Any]:
    """Log a report as JSON-ready data and return it, so that a function's answer matches its log."""
    document = as_document(report)
    logger.info("done", extra={"report": document})
    return document
