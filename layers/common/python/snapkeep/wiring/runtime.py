"""What every function but the cordoner runs with: the log, the clock, random texts."""

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
    """The present, aware UTC."""
    return datetime.now(UTC)


def nonce() -> str:
    """A random text that nobody can guess; read anew each time, also after a restored start."""
    return secrets.token_hex(NONCE_BYTES)


def pause(duration: timedelta) -> None:
    """Wait."""
    time.sleep(duration.total_seconds())


def share_log() -> None:
    """Let the loggers of our modules write as `logger` does."""
    copy_config_to_registered_loggers(source_logger=logger, include={"snapkeep"})


def log_report(report: Any) -> dict[str, Any]:
    """A report as JSON-ready data, logged: what a function answers is what its log says."""
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
