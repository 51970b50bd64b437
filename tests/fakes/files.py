"""A world whose deployment reads files: what is in its points is what a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from snapkeep.domain.claims import Claim
from snapkeep.domain.files.limits import FileRules
from snapkeep.domain.files.operations import FileOperation
from snapkeep.domain.files.problems import FileProblem
from snapkeep.domain.files.requests import QuestionKind
from snapkeep.domain.files.results import (
    Answer,
    Fetched,
    Found,
    FoundPath,
    ListedEntry,
    Listing,
    Version,
    Versions,
    VersionState,
)
from snapkeep.domain.proof.files import FileEntry, FileKind
from snapkeep.wiring.ports import Ports
from tests.fakes.stores.files import FakeFileReader, MemoryFiles
from tests.fakes.world import SLOT, World

Said = Answer | FileProblem

LOG = "data-20261124t180000z-74c20b39e4: the 12 transactions in its log are included"


def an_answer_to_each(point: str) -> dict[tuple[QuestionKind, str], Said]:
    """What a WordPress site's only point has to say to a question of each kind."""
    moment = datetime(2026, 9, 14, 7, 1, 30, tzinfo=UTC)
    config = FileEntry("wp-config.php", FileKind.FILE, 3302, moment, 0o640, 33, 33)
    link = FileEntry("current", FileKind.LINK, 7, moment, 0o777, 33, 33)
    seen = Version(point, SLOT, VersionState.CHANGED, config)
    unseen = Version("data-0", SLOT, VersionState.NOT_LOOKED_AT, reason="its snapshot is in the archive tier")
    plugin = "/wp-content/a-plugin-with-a-long-name/a-plugin-with-a-long-name.php"
    found = FoundPath(plugin, FileKind.FILE, 28, moment, point, 1, SLOT, SLOT)
    return {
        (QuestionKind.LS, "/"): Listing((ListedEntry(link, "plugins"), ListedEntry(config)), LOG),
        (QuestionKind.GET, "/wp-config.php"): Fetched(
            config.name, False, config.size, "5f" * 32, moment, LOG
        ),
        (QuestionKind.VERSIONS, "/wp-config.php"): Versions((seen, unseen), LOG),
        (QuestionKind.FIND, "/"): Found((found,), LOG),
    }


class FilesWorld(World):
    """Questions are answered as `told` says by kind and path; any other stays open."""

    def __init__(self, *claims: Claim) -> None:
        self.told: dict[tuple[QuestionKind, str], Said] = {}
        self.reader = TellingReader(self)
        super().__init__(*claims)
        self.deployment = replace(self.deployment, files=FileRules())

    @cached_property
    def files(self) -> MemoryFiles:
        """What was stored."""
        return MemoryFiles(self.clock)

    def ports(self, wrap: Callable[[Any], Any] = lambda port: port) -> Ports:
        """With those about files."""
        return replace(super().ports(wrap), files=wrap(self.files), file_reader=wrap(self.reader))

    def end(self, operation: FileOperation, said: Said) -> None:
        """An operation ends with an answer, or a problem."""
        operations = self.journal.file_operations
        if isinstance(said, FileProblem):
            operations.fail_operation(operation, said, self.clock())
            return
        self.files.write_answer(operation.id, said)
        operations.finish_operation(operation, self.clock())


class TellingReader(FakeFileReader):
    """Ends what it is asked to read at once, if the world tells how."""

    def __init__(self, world: FilesWorld) -> None:
        super().__init__()
        self._world = world

    def read_files(self, operation: FileOperation) -> None:
        super().read_files(operation)
        request = operation.request
        if (said := self._world.told.get((request.kind, request.path))) is not None:
            self._world.end(operation, said)
