"""What a process makes once in real life is made once for all tests of a process, not once per test.

Each part changes a module only where that module is loaded, so a test that needs none pays for none.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any


@cache
def share_commands() -> None:
    """Build the tree of a command line once: it takes five times as long as most commands."""
    import typer.main
    import typer.testing

    shared: Any = cache(typer.main.get_command)
    typer.main.get_command = typer.testing._get_command = shared


@cache
def share_service_models() -> None:
    """Read AWS's description of a service once: with moto each test has a new session, which knows none."""
    import botocore.session

    first: Any = cache(botocore.session.create_loader)

    def create_loader(path: str | None = None) -> Any:
        loader = first(path)
        loader.search_paths[:] = dict.fromkeys(loader.search_paths)  # each session of boto3 adds its own
        return loader

    botocore.session.create_loader = create_loader


@cache
def shorten_moto() -> None:
    """Let moto pass over members that a dictionary lacks, if all its keys are members by their own names.

    Otherwise it tries eight names for every member. An attribute of DynamoDB has one of ten members, so each
    attribute of an item takes eighty attempts.
    """
    from moto.core.serialize import ResponseSerializer

    by_any_name = ResponseSerializer.get_value

    def get_value(self: Any, value: Any, key: str, shape: Any) -> Any:
        if type(value) is dict and key not in value and value.keys() <= shape.parent.members.keys():
            return None
        return by_any_name(self, value, key, shape)

    ResponseSerializer.get_value = get_value


_PARTS = {"typer": share_commands, "botocore": share_service_models, "moto": shorten_moto}


def share() -> None:
    """Do so for all of these modules that are loaded by now."""
    for module, part in _PARTS.items():
        if module in sys.modules:
            part()
