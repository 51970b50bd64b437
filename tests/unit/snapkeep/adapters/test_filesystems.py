"""What the adapter of file systems makes of errors whose reasons hold names from a volume."""

from __future__ import annotations

import pytest

from snapkeep.adapters.filesystems import ReadFileSystem
from snapkeep.domain.errors import SnapkeepError
from snapkeep_filesystems.errors import Damaged, NotHandled

NAME = "/caf\udce9\n"


@pytest.mark.parametrize("error", [Damaged(NAME), NotHandled(NAME), FileNotFoundError(NAME)])
def test_a_name_of_any_bytes_in_a_reason_is_utf_8_on_one_line(error: Exception) -> None:
    system = ReadFileSystem.__new__(ReadFileSystem)
    system._files = Failing(error)  # type: ignore[assignment]
    with pytest.raises(SnapkeepError) as raised:
        system.target("/")
    assert r"/caf\udce9\n" in raised.value.reason
    assert raised.value.reason.encode()


class Failing:
    """Files that cannot be read."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def target(self, path: str) -> str:
        """Fails."""
        raise self.error
