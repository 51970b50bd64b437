"""A terminal of a width, in this process: what a command prints there is what a person sees."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """Collects what is written to it, without its styles."""

    def __init__(self) -> None:
        self.text = ""


@contextmanager
def terminal(patch: pytest.MonkeyPatch, columns: int) -> Iterator[Terminal]:
    """Standard output and error are a pseudo-terminal of so many columns; its text is complete at the end."""
    main, side = pty.openpty()
    tty.setraw(side)
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    seen: list[bytes] = []
    reader = threading.Thread(target=_read, args=(main, seen))
    reader.start()
    found = Terminal()
    writer = os.fdopen(side, "w", encoding="utf-8")
    with patch.context() as within:
        within.setattr("sys.stdout", writer)
        within.setattr("sys.stderr", writer)
        within.setenv("COLUMNS", str(columns))
        within.setenv("NO_COLOR", "1")
        within.setenv("TERM", "xterm")
        try:
            yield found
        finally:
            writer.close()
            reader.join()
            os.close(main)
    found.text = _STYLE.sub("", b"".join(seen).decode())


def _read(main: int, seen: list[bytes]) -> None:
    """Reads until the other side is closed, which Linux answers with EIO."""
    while True:
        try:
            seen.append(os.read(main, 65536))
        except OSError:
            return
