"""The shape of `files:`; the docstring under a key is what editors show."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from snapkeep.domain.files.limits import FileLimits, FileRules
from snapkeep.domain.sizes import GIB
from snapkeep_cli.config.proof import MOST_KEYS
from snapkeep_cli.config.stack_options import KmsKeyArn
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import LongestRead, Size

LARGEST = 10 * GIB
"""What a function can read within its 15 minutes, with some time left."""

MOST_ENTRIES = 100_000
MOST_DEPTH = 256


def _file_size(size: int) -> int:
    if not 1 <= size <= LARGEST:
        raise ValueError("is out of bounds; use 1Ki to 10Gi: a function reads for 15 minutes at most")
    return size


FileSize = Annotated[Size, AfterValidator(_file_size)]


class Files(Strict):
    """Lets people list, find and fetch files in points, without a volume and without a cluster."""

    keys: Annotated[list[KmsKeyArn], Field(max_length=MOST_KEYS)] = Field(default_factory=list)
    """KMS keys (ARNs), in the clusters' Region, under which encrypted points may be read; points under
    another key cannot be."""
    largest_file: FileSize = FileLimits().largest_file
    """The largest file, or archive of a folder, that may be fetched: up to 10Gi; 1Gi if omitted."""
    most_entries: Annotated[int, Field(ge=1, le=MOST_ENTRIES)] = FileLimits().most_entries
    """How many names a list, an archive or a search may hold, up to 100,000."""
    deepest: Annotated[int, Field(ge=1, le=MOST_DEPTH)] = FileLimits().deepest
    """How many folders below each other are read, up to 256."""
    longest: LongestRead = timedelta(minutes=10)
    """How long one question may take, from 1 minute to 14 minutes; 10 minutes if omitted."""

    def rules(self) -> FileRules:
        """What it means."""
        limits = FileLimits(self.largest_file, self.most_entries, self.deepest, self.longest)
        return FileRules(tuple(dict.fromkeys(self.keys)), limits)
