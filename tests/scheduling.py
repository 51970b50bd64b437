"""Which tests run in one worker, one after the other, when several workers share the work.

The tests of a file do. So do those below a conftest.py with fixtures of a whole session, such as a deployed
product: each worker would make them once more.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class Together(LoadScopeScheduling):
    """Deals out folders and files in the order of collection: deployed products first, small units last."""

    def __init__(self, config: pytest.Config, root: Path, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._folders = sharing_folders(root)

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid, self._folders)


def sharing_folders(root: Path) -> list[str]:
    """The folders below `tests` whose conftest.py makes something once for a session, outer ones first."""
    found = (path for path in (root / "tests").rglob("conftest.py") if 'scope="session"' in path.read_text())
    return sorted(f"{path.parent.relative_to(root).as_posix()}/" for path in found)


def scope_of(nodeid: str, folders: list[str]) -> str:
    """The folder that a test shares something in, else its file; both as the test's id begins."""
    return next((folder for folder in folders if nodeid.startswith(folder)), nodeid.split("::", 1)[0])
