"""How the page writes times, ages, sizes and money."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from snapkeep.domain.sizes import GIB


def time_text(at: datetime | None, timezone: str) -> str:
    """A time in a time zone, `2026-11-24 02:00`; an en dash for None."""
    return f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}" if at else "–"


def span_text(span: timedelta | None) -> str:
    """A duration in its two largest units: `2 d 4 h`, `45 min`, `12 s`; an en dash for None."""
    if span is None:
        return "–"
    seconds = int(span.total_seconds())
    for unit, size, below, part in (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60)):
        if seconds >= size:
            rest = seconds % size // part
            return f"{seconds // size} {unit}" + (f" {rest} {below}" if rest else "")
    return f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"


def seconds_text(seconds: float) -> str:
    """Seconds after something began, as a timeline shows them: `+31.0 s`, `+1 h 3 min`."""
    return f"+{seconds:.1f} s" if seconds < 120 else f"+{span_text(timedelta(seconds=seconds))}"


def size_text(size: float) -> str:
    """Bytes as GiB or TiB, with one decimal where it matters."""
    gib = size / GIB
    if gib >= 1024:
        return f"{gib / 1024:,.1f} TiB"
    return f"{gib:,.1f} GiB" if gib < 10 else f"{gib:,.0f} GiB"


def dollars_text(dollars: float) -> str:
    """US dollars, with cents where they matter."""
    return f"${dollars:,.2f}" if dollars < 100 else f"${dollars:,.0f}"


def percent_text(share: float) -> str:
    """A share as `100%`, `99.8%` or `0%`; never 100% when something is missing."""
    if share in (0, 1):
        return f"{share:.0%}"
    return f"{min(max(share, 0.001), 0.999):.1%}"
