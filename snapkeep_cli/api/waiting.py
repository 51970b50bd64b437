"""Waits for the API to finish something, and shows its progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import timedelta

from snapkeep_cli.api.calls import Document
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import clean, err, fail

EVERY = timedelta(seconds=2)


def wait_for(
    look: Callable[[], Document],
    ended: Collection[str],
    limit: timedelta,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Document:
    """The document once its `state` is one of `ended`; exits with 7 after `limit`."""
    end = clock() + limit.total_seconds()
    console = err()
    with console.status("waiting") as status:
        shown = ""
        while True:
            found = look()
            text = f"{clean(found['state'])}: {clean(found.get('text', ''))}".rstrip(": ")
            if text != shown and not console.is_terminal:
                console.print(text, markup=False)
            shown = text
            status.update(text.replace("[", "\\["))
            if found["state"] in ended:
                return found
            if clock() >= end:
                break
            sleep(EVERY.total_seconds())
    raise fail(
        f"still {shown} after {limit.total_seconds():.0f} s",
        "it continues; check again later",
        Exit.STILL_WAITING,
    )
