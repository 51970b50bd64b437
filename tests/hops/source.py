"""Source as data: modules, functions, classes, and what annotations say of values."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

ITEMS = frozenset({"list", "set", "frozenset", "Iterable", "Iterator", "Sequence", "Collection"})
MAPS = frozenset({"dict", "Mapping", "defaultdict", "Counter"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a value: `name` is its class ("list" and "dict" for all their like), `of` what it
    holds, `calls` the functions that it may be."""

    name: str = ""
    of: tuple[Kind, ...] = ()
    calls: tuple[Function, ...] = ()


UNKNOWN = Kind()


@dataclass(eq=False, slots=True)
class Function:
    """A function, method or lambda, and the module that it is written in."""

    module: Module
    name: str
    node: ast.FunctionDef | ast.Lambda
    owner: str = ""
    around: dict[str, Kind] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Its module and name, as imports say it."""
        return f"{self.module.name}.{self.name}"

    @property
    def parameters(self) -> list[str]:
        """The names of what a call hands over by position."""
        names = [item.arg for item in [*self.node.args.posonlyargs, *self.node.args.args]]
        return names[1:] if self.owner else names

    def __str__(self) -> str:
        return f"{self.module.name.removeprefix('snapkeep.')}:{self.name}"


@dataclass(eq=False, slots=True)
class Module:
    """A file: what it defines and what it imports, by the names that it uses."""

    name: str
    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, ast.expr] = field(default_factory=dict)


class Source:
    """All modules below a folder."""

    def __init__(self, folder: Path) -> None:
        self.modules: dict[str, Module] = {}
        self.functions: dict[str, Function] = {}
        self.classes: dict[str, tuple[Module, ast.ClassDef]] = {}
        for path in sorted(folder.rglob("*.py")):
            name = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
            self._read(Module(name), ast.parse(path.read_text(encoding="utf-8")))

    def _read(self, module: Module, tree: ast.Module) -> None:
        self.modules[module.name] = module
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    module.names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        for node in tree.body:
            match node:
                case ast.FunctionDef():
                    self._add(Function(module, node.name, node))
                case ast.ClassDef():
                    module.names[node.name] = f"{module.name}.{node.name}"
                    self.classes[f"{module.name}.{node.name}"] = (module, node)
                    for item in node.body:
                        if isinstance(item, ast.FunctionDef):
                            owner = f"{module.name}.{node.name}"
                            self._add(Function(module, f"{node.name}.{item.name}", item, owner))
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    module.values[name] = value
                    module.names[name] = f"{module.name}.{name}"

    def _add(self, function: Function) -> None:
        self.functions[f"{function.module.name}.{function.name}"] = function
        if not function.owner:
            function.module.names[function.name] = f"{function.module.name}.{function.name}"

    def real(self, name: str) -> str:
        """Where something is defined that a package only passes on."""
        owner, _, last = name.rpartition(".")
        known = self.modules[owner].names.get(last, name) if owner in self.modules else name
        return name if known == name else self.real(known)

    def kind(self, annotation: ast.expr | None, module: Module) -> Kind:
        """What an annotation says."""
        match annotation:
            case ast.Constant(value=str(text)):
                return self.kind(ast.parse(text, mode="eval").body, module)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                first = self.kind(left, module)
                return first if first != UNKNOWN else self.kind(right, module)
            case ast.Subscript(value=ast.Name(id=name), slice=inner):
                parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                if name == "tuple":
                    one = len(parts) == 2 and isinstance(parts[1], ast.Constant)
                    held = tuple(self.kind(part, module) for part in parts)
                    return Kind("list", held[:1]) if one else Kind("tuple", held)
                if name in ITEMS or name in MAPS:
                    held = tuple(self.kind(part, module) for part in parts)
                    return Kind("list" if name in ITEMS else "dict", held)
            case ast.Name(id=name):
                full = self.real(module.names.get(name, name))
                if full in self.classes:
                    return Kind(full)
                owner, _, last = full.rpartition(".")
                if owner in self.modules and last in self.modules[owner].values:  # an alias of a type
                    return self.kind(self.modules[owner].values[last], self.modules[owner])
        return UNKNOWN

    def member(self, owner: str, name: str) -> Kind:
        """What an attribute of a class is: a field's kind, a property's, or a method that can be called."""
        module, node = self.classes[owner]
        for item in node.body:
            match item:
                case ast.AnnAssign(target=ast.Name(id=found), annotation=annotation) if found == name:
                    return self.kind(annotation, module)
        method = self.functions.get(f"{owner}.{name}")
        if method is not None:
            return Kind("function", (), (method,))
        for base in node.bases:
            above = self.kind(base, module).name
            if above in self.classes and (inherited := self.member(above, name)) != UNKNOWN:
                return inherited
        return UNKNOWN

    def result(self, function: Function) -> Kind:
        """What a function says that it returns."""
        written = function.node
        return UNKNOWN if isinstance(written, ast.Lambda) else self.kind(written.returns, function.module)

    def constructor(self, owner: str) -> tuple[Function, ...]:
        """What runs when a value of a class is made."""
        names = (f"{owner}.__init__", f"{owner}.__post_init__")
        return tuple(self.functions[name] for name in names if name in self.functions)


def fields_of(written: ast.ClassDef) -> list[str]:
    """The fields of a dataclass, in the order in which its constructor takes them."""
    return [
        item.target.id
        for item in written.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    ]


def is_property(node: ast.FunctionDef | ast.Lambda) -> bool:
    """True for a method that is read like an attribute."""
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return any(isinstance(item, ast.Name) and item.id == "property" for item in decorators)
