"""Parts of an object that are made, and their modules imported, when they are first used."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

T = TypeVar("T")


class lazy(cached_property[T]):
    """A `cached_property` that may implement a field of a base class.

    Type checkers take `cached_property` itself for read-only, which a field is not.
    """
