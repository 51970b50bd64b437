"""How straight a flow reads: follows its calls through the source and counts the ways back.

The measure. A reader begins at one function and follows its calls depth first, in the order in which the
text has them, each function once. A call is followed when the types say which function of Snapkeep it is:
annotations, constructors, imports. A callback is followed where it is called, back to where it is written.
Two kinds of calls are not followed: those of ports, which are effects, and those of the modules directly in
`domain`, the words (tags, points, names) that every file uses.

A hop is a call into another file; what one function calls in one file is one hop. A hop into a file that the
reader opened before, and had to leave since, is a return. Coming back from a call that has been read is none.

    python -m tests.hops snapkeep.services.retention.prune:Prune.run

prints each hop of a flow, and marks the returns.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.hops.kinds import Kinds, Names
from tests.hops.source import Function, Kind, Source, fields_of, is_property

EFFECTS = "snapkeep.ports"
WORDS = "snapkeep.domain"


@dataclass(frozen=True, slots=True)
class Hop:
    """A call that leads from one file to another; `is_return` if that one was opened before."""

    caller: str
    called: str
    is_return: bool


def hops(entry: str, source: Source) -> list[Hop]:
    """All hops of the flow that begins at `entry` (`module:Class.method` or `module:function`), as read.

    Raises KeyError when there is no such function.
    """
    return list(Walk(source).follow(source.functions[entry.replace(":", ".")]))


class Walk:
    """Reads a flow depth first."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._kinds = Kinds(source)
        self._read: set[Function] = set()
        self._opened: set[str] = set()
        self._open_for: set[tuple[Function, str]] = set()

    def follow(self, function: Function) -> Iterator[Hop]:
        """The hops below a function."""
        self._read.add(function)
        self._opened.add(function.module.name)
        known = self._kinds.parameters(function)
        body = [function.node.body] if isinstance(function.node, ast.Lambda) else function.node.body
        for node in body:
            yield from self._visit(node, function, known)

    def _visit(self, node: ast.AST, function: Function, known: Names) -> Iterator[Hop]:
        match node:
            case ast.Lambda():
                return
            case ast.FunctionDef(name=name):
                inner = Function(function.module, f"{function.name}.{name}", node, "", dict(known))
                known[name] = Kind("function", (), (inner,))
                return
            case ast.For():
                yield from self._visit(node.iter, function, known)
                self._kinds.bind_items([node], function, known)
                for part in [*node.body, *node.orelse]:
                    yield from self._visit(part, function, known)
                return
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                yield from self._comprehension(node, function, dict(known))
                return
        for child in ast.iter_child_nodes(node):
            yield from self._visit(child, function, known)
        yield from self._note(node, function, known)

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        function: Function,
        known: Names,
    ) -> Iterator[Hop]:
        for loop in node.generators:
            yield from self._visit(loop.iter, function, known)
            self._kinds.bind_items([loop], function, known)
            for condition in loop.ifs:
                yield from self._visit(condition, function, known)
        shown = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in shown:
            yield from self._visit(part, function, known)

    def _note(self, node: ast.AST, function: Function, known: Names) -> Iterator[Hop]:
        """Note what a node binds, and take the hops that it makes itself."""
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._kinds.bind(target, self._kinds.of(value, function, known), known, function.owner)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                known[name] = self._source.kind(annotation, function.module)
            case ast.NamedExpr(target=target, value=value):
                self._kinds.bind(target, self._kinds.of(value, function, known), known)
            case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
                known[name] = self._kinds.of(value, function, known)
            case ast.Call():
                yield from self._call(node, function, known)
            case ast.Attribute():
                for found in self._kinds.of(node, function, known).calls:
                    if is_property(found.node):
                        yield from self._hop(found, function)

    def _call(self, node: ast.Call, function: Function, known: Names) -> Iterator[Hop]:
        called = self._kinds.of(node.func, function, known)
        targets = called.calls
        if called.name == "class":
            owner = called.of[0].name
            self._kinds.hand_over(owner, fields_of(self._source.classes[owner][1]), node, function, known)
            targets = self._source.constructor(owner)
        for target in targets:
            self._kinds.hand_over(target.full_name, target.parameters, node, function, known)
            yield from self._hop(target, function)
        if not targets:  # a library calls what it is given, now
            for value in [*node.args, *(item.value for item in node.keywords)]:
                for given in self._kinds.of(value, function, known).calls:
                    yield from self._hop(given, function)

    def _hop(self, target: Function, function: Function) -> Iterator[Hop]:
        name = target.module.name
        if target in self._read or name.startswith(EFFECTS) or name.rpartition(".")[0] == WORDS:
            return
        if name != function.module.name and (function, name) not in self._open_for:
            self._open_for.add((function, name))
            yield Hop(str(function), str(target), name in self._opened)
        yield from self.follow(target)
