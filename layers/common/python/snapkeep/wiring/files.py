"""The services that read files out of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapkeep.services.files.ask import AskFiles
    from snapkeep.services.files.read_files import ReadFiles
    from snapkeep.wiring.ports import Ports


def ask_files(ports: Ports) -> AskFiles:
    """The service that people ask about files."""
    from snapkeep.services.files.ask import AskFiles
    from snapkeep.wiring.report import list_points

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


def read_files(ports: Ports) -> ReadFiles:
    """The service that answers questions about files."""
    from snapkeep.services.files.open_point import OpenPoint
    from snapkeep.services.files.read_files import ReadFiles

    return ReadFiles(
        ports.journal.file_operations,
        ports.files,
        OpenPoint(ports.snapshots, ports.blocks, ports.file_systems),
        ports.blocks,
        ports.clock,
    )
