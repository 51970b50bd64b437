"""The services that read files out of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapkeep.services.files.ask import AskFiles
    from snapkeep.wiring.ports import Ports


def ask_files(ports: Ports) -> AskFiles:
    """The service that people ask about files."""
    from snapkeep.services.files.ask import AskFiles
    from snapkeep.wiring.api import list_points

    return AskFiles(
        ports.deployment.files,
        list_points(ports),
        ports.journal.file_operations,
        ports.files,
        ports.file_reader,
        ports.clock,
        ports.nonce,
        ports.pause,
    )
