"""Reads and checks `snapkeep.yaml`; `snapkeep_cli.config` imports this only when a file is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from snapkeep.domain.policies import Deployment
from snapkeep_cli.config import build
from snapkeep_cli.config.checks import check, contradictions
from snapkeep_cli.config.copy_checks import uncountable
from snapkeep_cli.config.document import read
from snapkeep_cli.config.errors import ConfigError, Problem
from snapkeep_cli.config.explain import problems_of
from snapkeep_cli.config.models import Config
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.stack_size import StackSize, size_of, too_large


def load(path: Path) -> Deployment:
    """`snapkeep_cli.config.load`."""
    return build.deployment(_validated(path))


def load_options(path: Path) -> StackOptions:
    """`snapkeep_cli.config.load_options`."""
    return _validated(path).deployment


def load_size(path: Path) -> StackSize:
    """`snapkeep_cli.config.load_size`."""
    return size_of(_validated(path))


def _validated(path: Path) -> Config:
    document = read(path)
    problems = [*document.problems, *check(document.data)]
    try:
        config = Config.model_validate(document.data)
    except ValidationError as error:
        problems += problems_of(error, Config)
        config = None
    if config is not None:
        problems += (*contradictions(config), *uncountable(config)) if not problems else ()
        problems += too_large(config)
    if config is None or problems:
        raise ConfigError(
            str(path), [_with_line(problem, document.line(problem.location)) for problem in problems]
        )
    return config


def json_schema() -> dict[str, Any]:
    """`snapkeep_cli.config.json_schema`."""
    schema = Config.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_for_editors(schema)}


def _with_line(problem: Problem, line: int) -> Problem:
    return Problem(problem.location, problem.text, problem.line or line)


def _for_editors(schema: Any) -> Any:
    """The schema without pydantic's additions: titles of keys, null for omitted keys."""
    if isinstance(schema, list):
        return [_for_editors(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _for_editors(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
    }
    choices = [item for item in kept.pop("anyOf", []) if item != {"type": "null"}]
    if len(choices) > 1:
        return {"anyOf": choices, **kept}
    return {**choices[0], **kept} if choices else kept
