"""What is known of the value of an expression: its class, what it holds, or which functions it may be."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tests.hops.source import UNKNOWN, Function, Kind, Module, Source, is_property

SAME_ITEMS = frozenset({"list", "sorted", "set", "tuple", "frozenset", "reversed", "iter", "islice"})
ONE_OF = frozenset({"next", "max", "min"})

Names = dict[str, Kind]


class Kinds:
    """Answers for expressions; remembers which functions were handed to whom."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._given: dict[tuple[str, str], list[Function]] = {}
        self._fields: dict[tuple[str, str], Kind] = {}

    def parameters(self, function: Function) -> Names:
        """The names that a function begins with."""
        known = dict(function.around)
        arguments = function.node.args
        for number, item in enumerate([*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]):
            if number == 0 and function.owner:
                known[item.arg] = Kind(function.owner)
                continue
            given = self._given.get((function.full_name, item.arg))
            told = self._source.kind(item.annotation, function.module)
            known[item.arg] = Kind("function", (), tuple(given)) if given else told
        return known

    def hand_over(
        self, to: str, names: Sequence[str], node: ast.Call, function: Function, known: Names
    ) -> None:
        """Remember the functions among the arguments of a call, by the names of parameters or fields."""
        values = [*zip(names, node.args, strict=False), *((item.arg, item.value) for item in node.keywords)]
        for name, value in values:
            calls = self.of(value, function, known).calls
            if calls and name:
                self._given.setdefault((to, name), []).extend(calls)

    def bind(self, target: ast.expr, kind: Kind, known: Names, owner: str = "") -> None:
        """Let the names of a target mean this from here on; `owner` is the class whose `self` is known."""
        match target:
            case ast.Name(id=name):
                known[name] = kind
            case ast.Tuple(elts=parts) if kind.name == "tuple":
                for part, held in zip(parts, kind.of, strict=False):
                    self.bind(part, held, known)
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if owner:
                self._fields[owner, name] = kind

    def bind_items(
        self, loops: Sequence[ast.comprehension | ast.For], function: Function, known: Names
    ) -> None:
        """Let the names of loops mean the items that these go through."""
        for loop in loops:
            self.bind(loop.target, _item(self.of(loop.iter, function, known)), known)

    def of(self, node: ast.expr, function: Function, known: Names) -> Kind:
        """What is known of an expression in a function."""
        match node:
            case ast.Name(id=name):
                return known[name] if name in known else self._global(function.module, name)
            case ast.Attribute(value=value, attr=name):
                return self._attribute(self.of(value, function, known), name)
            case ast.Call(func=called, args=args):
                return self._result(called, args, function, known)
            case ast.Lambda():
                written = Function(function.module, f"{function.name}.lambda", node, "", known)
                return Kind("function", (), (written,))
            case ast.IfExp(body=first, orelse=second) | ast.BoolOp(values=[first, second, *_]):
                found = self.of(first, function, known)
                return found if found != UNKNOWN else self.of(second, function, known)
            case ast.Subscript(value=value):
                held = self.of(value, function, known)
                return held.of[-1] if held.name in ("list", "dict") and held.of else UNKNOWN
            case ast.Starred(value=value):
                return _item(self.of(value, function, known))
            case ast.List() | ast.Tuple() | ast.Set() | ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self._display(node, function, known)
        return UNKNOWN

    def _display(
        self,
        node: ast.List | ast.Tuple | ast.Set | ast.ListComp | ast.SetComp | ast.GeneratorExp,
        function: Function,
        known: Names,
    ) -> Kind:
        match node:
            case ast.List(elts=[first, *_]) | ast.Set(elts=[first, *_]):
                return Kind("list", (self.of(first, function, known),))
            case ast.Tuple(elts=parts):
                return Kind("tuple", tuple(self.of(part, function, known) for part in parts))
            case ast.ListComp(elt=item, generators=loops) | ast.GeneratorExp(elt=item, generators=loops):
                inner = dict(known)
                self.bind_items(loops, function, inner)
                return Kind("list", (self.of(item, function, inner),))
        return UNKNOWN

    def _global(self, module: Module, name: str) -> Kind:
        full = self._source.real(module.names.get(name, name))
        if full in self._source.classes:
            return Kind("class", (Kind(full),))
        if full in self._source.modules:
            return Kind("module", (Kind(full),))
        if full in self._source.functions:
            return Kind("function", (), (self._source.functions[full],))
        return UNKNOWN

    def _attribute(self, owner: Kind, name: str) -> Kind:
        if owner.name == "module":
            return self._global(self._source.modules[owner.of[0].name], name)
        if owner.name == "class":
            return self._source.member(owner.of[0].name, name)
        if owner.name == "dict" and len(owner.of) == 2:
            of = {"values": owner.of[1:], "keys": owner.of[:1], "items": (Kind("tuple", owner.of),)}.get(name)
            return Kind("gives", (Kind("list", of),)) if of else Kind("gives", owner.of[1:])
        if owner.name not in self._source.classes:
            return UNKNOWN
        given = self._given.get((owner.name, name))
        if given:
            return Kind("function", (), tuple(given))
        found = self._source.member(owner.name, name)
        if found.calls and is_property(found.calls[0].node):
            shown = self._source.result(found.calls[0])
            return Kind(shown.name, shown.of, found.calls)
        return found if found != UNKNOWN else self._fields.get((owner.name, name), UNKNOWN)

    def _result(self, called: ast.expr, args: Sequence[ast.expr], function: Function, known: Names) -> Kind:
        found = self.of(called, function, known)
        if found.name in ("class", "gives"):
            return found.of[0] if found.of else UNKNOWN
        if found.calls:
            first = found.calls[0]
            if isinstance(first.node, ast.Lambda):
                return self.of(first.node.body, first, first.around)
            return self._source.result(first)
        if isinstance(called, ast.Name) and args:
            return self._built_in(called.id, [self.of(item, function, known) for item in args])
        return UNKNOWN

    def _built_in(self, name: str, args: Sequence[Kind]) -> Kind:
        if name in SAME_ITEMS:
            return Kind("list", (_item(args[0]),))
        if name in ONE_OF:
            return _item(args[0])
        if name in ("partial", "replace"):
            return args[0]
        if name == "enumerate":
            return Kind("list", (Kind("tuple", (UNKNOWN, _item(args[0]))),))
        if name == "zip":
            return Kind("list", (Kind("tuple", tuple(map(_item, args))),))
        return UNKNOWN


def _item(kind: Kind) -> Kind:
    return kind.of[0] if kind.name in ("list", "dict") and kind.of else UNKNOWN
