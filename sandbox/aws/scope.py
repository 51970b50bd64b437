"""Run code in an account and a Region, as ministack does for a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ministack.core import responses


@contextmanager
def request_scope(account: str, region: str) -> Iterator[None]:
    """Make ministack's stores answer for `account` and `region` inside the block."""
    before = responses.get_account_id(), responses.get_region()
    responses.set_request_account_id(account)
    responses.set_request_region(region)
    try:
        yield
    finally:
        responses.set_request_account_id(before[0])
        responses.set_request_region(before[1])


def place_of(store: Any, name: str) -> tuple[str, str] | None:
    """Return the account and Region in which a store that keeps them apart holds `name`, or None."""
    places = (place for *place, each in list(store._data) if each == name)
    found = next(places, None)
    return (found[0], found[1]) if found else None
