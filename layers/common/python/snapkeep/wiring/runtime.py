"""What every function but the cordoner runs with: the log, the clock, random text."""

from __future__ import annotations

import dataclasses
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from snapkeep.domain.backup.object_names import NONCE_BYTES

logger = Logger()


def clock() -> datetime:
    """The current time, aware UTC."""
    return datetime.now(UTC)


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
    document: dict[str, Any] = json.loads(json.dumps(report, default=_plain))
    logger.info("done", extra={"report": document})
    return document


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value)
