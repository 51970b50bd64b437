"""Kubernetes' expressions (CEL), compiled once and evaluated often, with Google's own library.

Compilation checks every expression: a name or function unknown here, including those from Kubernetes' own
library (`quantity()`, `authorizer`, `url()`, …), fails at once and can never pass later.
https://kubernetes.io/docs/reference/using-api/cel/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

_DECLARED = ("object", "oldObject", "request", "namespaceObject")
_TYPES = {"bool": cel.Type.BOOL, "string": cel.Type.STRING}

_NO_KEY = re.compile(r'NOT_FOUND: Key not found in map : "(.*)"')
_NO_VARIABLE = re.compile(r'UNKNOWN: No value with name "variables\.(.*)" found in Activation')


class CelError(Exception):
    """An expression that does not compile, or fails for these values."""


class Program:
    """One compiled expression."""

    def __init__(self, text: str, compiled: Any) -> None:
        self.text = text
        self._compiled = compiled

    @property
    def type(self) -> Any:
        """What the expression evaluates to, as far as the compiler can tell."""
        return self._compiled.return_type()

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value for these variables. Raises CelError."""
        try:
            found = self._compiled.eval(data=dict(values))
        except RuntimeError as problem:  # such as an exhausted step budget
            raise CelError(_without_code(problem)) from problem
        if found.type() == cel.Type.ERROR:
            raise CelError(_in_words_of_go(str(found.value())))
        return found.plain_value()


class Environment:
    """The names that expressions may use: admission's variables and, after `declare`, a policy's own."""

    def __init__(self) -> None:
        self._variables = dict.fromkeys(_DECLARED, cel.Type.DYN)
        self._environment = self._made()

    def compile(self, text: Any, wanted: str = "") -> Program:
        """The program for an expression that evaluates to `wanted` ("bool", "string"; anything if empty).
        Raises CelError in the words of the API server."""
        if not isinstance(text, str) or not text.strip():
            raise CelError("expression is not specified")
        try:
            program = Program(text, self._environment.compile(text))
        except RuntimeError as problem:
            raise CelError(f"compilation failed: {_without_code(problem)}") from problem
        if wanted and program.type != _TYPES[wanted]:
            raise CelError(f"must evaluate to {wanted} but got {program.type.name().lower()}")
        return program

    def declare(self, name: str, type_: Any) -> None:
        """Let expressions compiled from now on use `variables.<name>`."""
        self._variables[f"variables.{name}"] = type_
        self._environment = self._made()

    def _made(self) -> Any:
        extensions = [ext_strings.ExtStrings(), ext_optional.ExtOptional()]
        return cel.NewEnv(variables=self._variables, extensions=extensions)


def _without_code(problem: Exception) -> str:
    """The library puts a status code before and after its text; return the text alone."""
    return re.sub(r"^[A-Z_]+: | \[[A-Z_]+\]$", "", str(problem))


def _in_words_of_go(text: str) -> str:
    """The API server runs cel-go, which words these two errors differently."""
    if absent := _NO_KEY.fullmatch(text):
        return f"no such key: {absent[1]}"
    if failed := _NO_VARIABLE.fullmatch(text):
        return f'composited variable "{failed[1]}" fails to evaluate'
    return text
