"""read_files: answers a question about files in recovery points, for the API."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.read_files import read_message
from snapkeep.settings import ReadFilesSettings
from snapkeep.wiring import aws, files, runtime

if TYPE_CHECKING:
    from snapkeep.services.files.read_files import ReadFiles


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Read the points that the operation of the message is about, and store the answer."""
    message = read_message(event)
    return runtime.log_report(_reader().run(message.operation, message.attempt))


def _reader() -> ReadFiles:
    return files.read_files(aws.ports(ReadFilesSettings.from_environment(os.environ)))


runtime.get_ready(_reader)
