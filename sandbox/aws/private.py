"""The private ministack names that the patches touch, checked before anything is replaced.

ministack changes almost daily and promises nothing about its private names. One pinned version is used; a
patch that no longer finds what it replaces must refuse to start, never half-work.
"""

from collections.abc import Mapping
from importlib.metadata import version
from types import ModuleType
from typing import Any

PINNED = "1.5.33"


class PatchRefused(RuntimeError):
    """A patch does not fit the installed ministack."""


def check_version() -> None:
    """Raise PatchRefused unless the installed ministack is the pinned one."""
    installed = version("ministack")
    if installed != PINNED:
        raise PatchRefused(
            f"the sandbox is written for ministack {PINNED} and {installed} is installed; "
            f"run `pip install ministack=={PINNED}`, or review every module of sandbox/aws/patches"
        )


def require(module: ModuleType, *names: str) -> None:
    """Raise PatchRefused naming each of `names` that `module` no longer has."""
    _refuse(module.__name__, [name for name in names if not hasattr(module, name)])


def require_keys(table: Mapping[str, Any], name: str, *keys: str) -> None:
    """Raise PatchRefused naming each of `keys` that ministack's table `name` no longer has."""
    _refuse(name, [key for key in keys if key not in table])


def _refuse(owner: str, missing: list[str]) -> None:
    if missing:
        raise PatchRefused(
            f"{owner} has no {', '.join(missing)}; the sandbox patches ministack {PINNED} "
            f"and {version('ministack')} is installed"
        )
