"""Tables that never lose a column: sentences fold, and what does not fit side by side is stacked.

In a pipe or a file, and with `-o wide`, each row is one line of any length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

COLORS = {
    "archived": "cyan",
    "ready": "green",
    "protected": "green",
    "whole": "green",
    "incomplete": "yellow",
    "bound": "green",
    "completed": "green",
    "late": "yellow",
    "warning": "yellow",
    "partially_failed": "yellow",
    "goes": "red",
    "goes next": "yellow",
    "pending": "cyan",
    "bringing_back": "cyan",
    "waiting_for_consumer": "cyan",
    "unprotected": "red",
    "failing": "bold red",
    "failed": "red",
    "error": "red",
}

T = TypeVar("T")

UNCUT = 100_000
"""Columns of full paper; tables use no more than they need."""

GAP = 2
"""Blanks between two columns."""

SENTENCE = 24
"""The narrowest column in which a sentence can still be read; below that, rows are stacked."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's key in the rows, and what happens if it does not fit beside the others.

    A sentence folds, and an id stands on a line beneath its row. Only `-o wide` shows a wide column.
    """

    key: str
    folds: bool = False
    wide: bool = False
    beneath: bool = False


def sentence(key: str) -> Column:
    """A column of sentences, which fold in a terminal. All others stay in one piece."""
    return Column(key, folds=True)


def long_id(key: str) -> Column:
    """A column of long ids, which stand beneath their rows in a narrow terminal."""
    return Column(key, beneath=True)


def wide(key: str) -> Column:
    """A column that only `-o wide` shows."""
    return Column(key, wide=True)


ALWAYS = frozenset({"namespace", "claim", "name", "id", "state", "stage"})
"""The keys that identify rows and show their state."""

Columns = Mapping[str, str | Column]
"""From title to key."""


class Shell(str):
    """A command to copy: it stays on one line, which a narrow terminal wraps by itself."""

    __slots__ = ()


class Paper(Console):
    """What tables are printed on: rows on `full` paper have any length; `more` shows wide columns."""

    def __init__(self, *, more: bool = False, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False)
        self.more = more
        self.full = more or not self.file.isatty()
        if self.full:
            self.width = UNCUT


def clean(value: object) -> str:
    """A value as one line without control characters."""
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def styled(value: object) -> Text:
    """A cell; states and severities are coloured."""
    text = clean(value)
    return Text(text, style=COLORS.get(text, ""))


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows under titles: side by side if names and states fit, otherwise one below the other.

    A terminal does not show columns that are empty in every row, unless they identify rows or show their
    state.
    """

    rows: Sequence[Mapping[str, Any]]
    columns: Columns

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self.rows:
            return
        columns = {title: _column(item) for title, item in self.columns.items()}
        columns = {
            title: item
            for title, item in columns.items()
            if _more(console) or (not item.wide and (_full(console) or self._says_something(item)))
        }
        cells = [[styled(row.get(item.key)) for item in columns.values()] for row in self.rows]
        widths = [
            max(cell_len(text) for text in (title, *(row[place].plain for row in cells)))
            for place, title in enumerate(columns)
        ]
        least = [
            min(width, max(SENTENCE, cell_len(title))) if item.folds else width
            for width, (title, item) in zip(widths, columns.items(), strict=True)
        ]
        if _full(console) or _total(widths) <= options.max_width:
            titles = [Text(title, style="bold") for title in columns]
            yield from (_line(row, widths) for row in (titles, *cells))
        elif _total(least) <= options.max_width:
            yield _folded(columns, cells, options.max_width)
        elif _total(_beside(columns, widths)) <= options.max_width:
            yield from _in_two_lines(columns, cells, widths)
        else:
            yield from _stacked(list(columns), cells)

    def _says_something(self, item: Column) -> bool:
        return item.key in ALWAYS or any(clean(row.get(item.key)) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Folded:
    """A message for people; in a terminal, lines after the first are indented by `hang` blanks.

    A word that is longer than a line stays whole: print it with `crop=False`.
    """

    text: Text
    hang: int = 2

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if _full(console):
            yield _unbroken(self.text)
            return
        for number, line in enumerate(self.text.divide(self._breaks(options.max_width))):
            line.rstrip()
            yield _unbroken(Text.assemble(" " * self.hang, line) if number else line)

    def _breaks(self, width: int) -> Iterator[int]:
        """Where lines begin after the first: before the words that do not fit. A word is never broken."""
        end = 0
        for word in re.finditer(r"\s*\S+\s*", self.text.plain):
            if end and end + cell_len(word[0].rstrip()) > width:
                yield word.start()
                end = self.hang
            end += cell_len(word[0])


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one per line; empty values are omitted."""

    pairs: Sequence[tuple[str, object]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown = [(name, value) for name, value in self.pairs if value not in (None, "", [], {})]
        names = max((cell_len(name) for name, _ in shown), default=0)
        room = options.max_width - names - GAP
        for name, value in shown:
            text = styled(", ".join(map(clean, value)) if isinstance(value, list) else value)
            label = Text(name, style="bold")
            if _full(console) or text.cell_len <= room:
                label.pad_right(names - cell_len(name) + GAP)
                yield _unbroken(Text.assemble(label, text))
            elif isinstance(value, Shell) or " " not in text.plain:
                yield label
                yield _unbroken(text)
            else:
                grid = Table.grid(padding=(0, GAP, 0, 0))
                grid.add_column(width=names, no_wrap=True)
                grid.add_column(overflow="fold")
                grid.add_row(label, text)
                yield grid


def _column(item: str | Column) -> Column:
    return item if isinstance(item, Column) else Column(item)


def _full(console: Console) -> bool:
    return isinstance(console, Paper) and console.full


def _more(console: Console) -> bool:
    return isinstance(console, Paper) and console.more


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _line(cells: Sequence[Text], widths: Sequence[int]) -> Text:
    """The cells of a row in columns of these widths, without trailing blanks."""
    line = Text()
    for cell, width in zip(cells, widths, strict=True):
        line.append_text(cell).append(" " * (width - cell.cell_len + GAP))
    line.rstrip()
    return _unbroken(line)


def _beside(columns: Mapping[str, Column], cells: Sequence[T]) -> list[T]:
    """The columns that stay in the row if ids go beneath it."""
    return [cell for cell, item in zip(cells, columns.values(), strict=True) if not item.beneath]


def _in_two_lines(
    columns: Mapping[str, Column], cells: Sequence[Sequence[Text]], widths: Sequence[int]
) -> RenderResult:
    """Each row, and its ids on lines beneath it."""
    titles = [Text(title, style="bold") for title in columns]
    for row in (titles, *cells):
        yield _line(_beside(columns, row), _beside(columns, widths))
        for cell, item in zip(row, columns.values(), strict=True):
            if item.beneath:
                yield _unbroken(Text.assemble("  ", cell))


def _folded(columns: Mapping[str, Column], cells: Sequence[Sequence[Text]], width: int) -> Table:
    """A table of that width, in which only sentences fold."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0), width=width)
    for title, item in columns.items():
        table.add_column(Text(title), no_wrap=not item.folds, overflow="fold")
    for row in cells:
        table.add_row(*row)
    return table


def _stacked(titles: Sequence[str], cells: Sequence[Sequence[Text]]) -> RenderResult:
    """Each row as lines of title and value, with a blank line between two rows."""
    for number, row in enumerate(cells):
        if number:
            yield Text()
        yield Facts([(title, cell.plain) for title, cell in zip(titles, row, strict=True)])


def _unbroken(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "ignore"
    return text
