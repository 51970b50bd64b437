"""The type of a routes module: a function from the actions to a router."""

from __future__ import annotations

from collections.abc import Callable

from aws_lambda_powertools.event_handler.api_gateway import Router

from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.once import Once

Routes = Callable[[Actions, Once], Router]
"""Creates the routes for one subject; those that change something pass through `Once`."""


def new_router() -> Router:
    """A router without routes."""
    return Router()  # type: ignore[no-untyped-call]
