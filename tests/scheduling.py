"""Which tests run one after the other in the same worker when several workers share the load.

Tests in one file do. So do those below a conftest.py with session fixtures, such as a deployed product:
every other worker would build them again.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class Together(LoadScopeScheduling):
    """Assigns folders and files in collection order: deployed products first, small units last."""

    def __init__(self, config: pytest.Config, root: Path, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._folders = sharing_folders(root)

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid, self._folders)


def sharing_folders(root: Path) -> list[str]:
    """The folders below `tests` whose conftest.py creates something once per session, outer ones first."""
    found = (path for path in (root / "tests").rglob("conftest.py") if 'scope="session"' in path.read_text())
    return sorted(f"{path.parent.relative_to(root).as_posix()}/" for path in found)


def scope_of(nodeid: str, folders: list[str]) -> str:
    """The folder whose fixtures a test shares, else its file; both as the start of the test's id."""
    return next((folder for folder in folders if nodeid.startswith(folder)), nodeid.split("::", 1)[0])
