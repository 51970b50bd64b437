"""The small mistakes that can be put into a module, one at a time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
}
ARITHMETIC = {ast.Add: (r"\+", "-"), ast.Sub: ("-", "+"), ast.Mult: (r"\*", "//"), ast.FloorDiv: ("//", "*")}
BOOLEAN = {ast.And: ("and", "or"), ast.Or: ("or", "and")}
Change = tuple[str, str]


@dataclass(frozen=True)
class Mutation:
    """One replacement in a source: `start` and `end` are offsets in bytes of its UTF-8 text."""

    kind: str
    line: int
    start: int
    end: int
    text: str

    def apply(self, source: str) -> str:
        """Return the source with the mistake in it."""
        raw = source.encode()
        return (raw[: self.start] + self.text.encode() + raw[self.end :]).decode()


def mutations(source: str) -> list[Mutation]:
    """Return every mistake that can be made in a source, in the order of its lines.

    Comparisons turn or move by one, `and` becomes `or`, `+` becomes `-`, `not` goes, `continue` is skipped
    and the value of a `return` is lost.
    """
    found = _Finder(source)
    return sorted(found.all(), key=lambda each: (each.start, each.end, each.text))


class _Finder:
    def __init__(self, source: str) -> None:
        self._raw = source.encode()
        self._tree = ast.parse(source)
        lines = self._raw.splitlines(keepends=True)
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))

    def all(self) -> Iterator[Mutation]:
        # Before Python 3.12 the places of what stands inside an f-string are wrong.
        todo: list[ast.AST] = [self._tree]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.JoinedStr):
                continue
            yield from self._of(node)
            todo += ast.iter_child_nodes(node)

    def _of(self, node: ast.AST) -> Iterator[Mutation]:
        match node:
            case ast.Compare():
                sides = [node.left, *node.comparators]
                for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
                    yield from self._between("comparison", left, right, COMPARISONS[type(operator)])
            case ast.BoolOp():
                for left, right in zip(node.values, node.values[1:], strict=False):
                    yield from self._between("boolean", left, right, BOOLEAN[type(node.op)])
            case ast.BinOp() if type(node.op) in ARITHMETIC:
                yield from self._between("arithmetic", node.left, node.right, ARITHMETIC[type(node.op)])
            case ast.UnaryOp(op=ast.Not()):
                start = self._start(node)
                yield Mutation("boolean", node.lineno, start, self._start(node.operand), "")
            case ast.Continue():
                start = self._start(node)
                yield Mutation("skipped continue", node.lineno, start, start + len("continue"), "pass")
            case ast.Return(value=value) if value is not None and not _is_none(value):
                start = self._start(node)
                yield Mutation("lost return", node.lineno, start, self._end(node), "return None")

    def _between(self, kind: str, left: ast.expr, right: ast.expr, change: Change) -> Iterator[Mutation]:
        """The operator stands between its sides, with brackets and comments perhaps."""
        pattern, text = change
        begin, end = self._end(left), self._start(right)
        found = re.search(pattern.encode(), self._raw[begin:end])
        if found is not None:
            yield Mutation(kind, left.lineno, begin + found.start(), begin + found.end(), text)

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
