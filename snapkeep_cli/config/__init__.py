"""`snapkeep.yaml`, read into domain values: `load` a file, or print its `json_schema` for editors.

`load_options` reads the part about the AWS account, `load_size` computes the size of its stack. The models
take half a second to import, and most commands read no file: they are imported when one is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from snapkeep_cli.config.errors import ConfigError

if TYPE_CHECKING:
    from snapkeep.domain.policies import Deployment
    from snapkeep_cli.config.stack_options import StackOptions
    from snapkeep_cli.config.stack_size import StackSize
    from snapkeep_cli.config.vault.size import VaultSize

__all__ = ["ConfigError", "json_schema", "load", "load_options", "load_size"]


def load(path: Path) -> Deployment:
    """The deployment that a config file describes.

    Raises ConfigError with every problem at once; each names file, line, key path and what is allowed.
    """
    from snapkeep_cli.config import reading

    return reading.load(path)


def load_options(path: Path) -> StackOptions:
    """What a config file's deployment needs from its AWS account. Raises ConfigError, as `load` does."""
    from snapkeep_cli.config import reading

    return reading.load_options(path)


def load_size(path: Path) -> StackSize | VaultSize:
    """The size of a config file's stack. Raises ConfigError, as `load` does."""
    from snapkeep_cli.config import reading

    return reading.load_size(path)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a config file, for editors (docs/snapkeep.schema.json)."""
    from snapkeep_cli.config import reading

    return reading.json_schema()
