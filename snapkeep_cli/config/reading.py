"""Reads and checks `snapkeep.yaml`; `snapkeep_cli.config` imports this only when a file is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from snapkeep.domain.policies import Deployment
from snapkeep_cli.config import build
from snapkeep_cli.config.checks import check, contradictions
from snapkeep_cli.config.copy_checks import uncountable
from snapkeep_cli.config.document import Document, read
from snapkeep_cli.config.errors import ConfigError, Problem
from snapkeep_cli.config.explain import problems_of
from snapkeep_cli.config.file_systems import too_often
from snapkeep_cli.config.models import Config
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.stack_size import StackSize, size_of, too_large
from snapkeep_cli.config.vault import build as vaults
from snapkeep_cli.config.vault.checks import OF_BACKUPS, check_vault
from snapkeep_cli.config.vault.models import VaultFile
from snapkeep_cli.config.vault.size import VaultSize, too_many


def load(path: Path) -> Deployment:
    """`snapkeep_cli.config.load`."""
    config = _validated(path)
    return vaults.deployment(config) if isinstance(config, VaultFile) else build.deployment(config)


def load_options(path: Path) -> StackOptions:
    """`snapkeep_cli.config.load_options`."""
    return _validated(path).deployment


def load_size(path: Path) -> StackSize | VaultSize:
    """`snapkeep_cli.config.load_size`."""
    config = _validated(path)
    return VaultSize(len(config.vault.sources)) if isinstance(config, VaultFile) else size_of(config)


def _validated(path: Path) -> Config | VaultFile:
    document = read(path)
    checked = _vault if isinstance(document.data, dict) and "vault" in document.data else _backups
    config, problems = checked(document)
    if config is None or problems:
        raise ConfigError(
            str(path), [_with_line(problem, document.line(problem.location)) for problem in problems]
        )
    return config


def _backups(document: Document) -> tuple[Config | None, Sequence[Problem]]:
    """The file of a deployment with clusters, if its shape is right, and everything that is wrong."""
    problems = [*document.problems, *check(document.data)]
    try:
        config = Config.model_validate(document.data)
    except ValidationError as error:
        return None, (*problems, *problems_of(error, Config))
    crossed = () if problems else (*contradictions(config), *uncountable(config), *too_often(config))
    return config, (*problems, *crossed, *too_large(config))


def _vault(document: Document) -> tuple[VaultFile | None, Sequence[Problem]]:
    """The file of a vault, if its shape is right, and everything that is wrong."""
    problems = [*document.problems, *check_vault(document.data)]
    data = {key: value for key, value in document.data.items() if key not in OF_BACKUPS}
    try:
        file = VaultFile.model_validate(data)
    except ValidationError as error:
        return None, (*problems, *problems_of(error, VaultFile))
    return file, (*problems, *too_many(file))


def json_schema() -> dict[str, Any]:
    """`snapkeep_cli.config.json_schema`: that of a file with clusters, or of a vault's."""
    backups, vault = Config.model_json_schema(), VaultFile.model_json_schema()
    both: dict[str, Any] = {
        **backups,
        "$defs": backups["$defs"] | vault["$defs"],
        "properties": backups["properties"] | vault["properties"],
        "oneOf": [
            {"required": backups.pop("required"), "not": {"required": vault["required"]}},
            {"required": vault["required"], "propertyNames": {"enum": sorted(vault["properties"])}},
        ],
    }
    both.pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_for_editors(both)}


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
