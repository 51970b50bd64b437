"""Generates pages of `docs/` from the code: `make docs` writes them, and a test compares them.

`docs/settings.md` comes from the config's schema, `docs/permissions.md` from the synthesized template and
from the table of what functions may do in clusters.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from snapkeep_cli.config import json_schema
from snapkeep_cli.config.cluster_access import FUNCTIONS, Rule

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "docs" / "settings.md"
PERMISSIONS = ROOT / "docs" / "permissions.md"

MOST_CHOICES = 30
"""What a cell lists; the schema lists every Region."""

Document = Mapping[str, Any]


def settings_page(schema: Document) -> str:
    """Every key of `snapkeep.yaml` with its description, one table for each object."""
    parts = [
        "# Every setting",
        "",
        "Written by `make docs` from the schema that editors and `snapkeep validate` use.",
    ]
    for title, properties, required in _objects(schema):
        parts += ["", f"## {title}", "", "| key | says |", "| --- | --- |"]
        for key, value in properties.items():
            must = " **Required.**" if key in required else ""
            parts.append(f"| `{key}` | {_cell(value.get('description', ''))}{_values(value)}{must} |")
    return "\n".join(parts) + "\n"


RIGHTS = (
    "The conditions and the resources are in the template; [the threat model](threat-model.md) says why.",
    "The admission policies of `snapkeep manifests` narrow rights on nodes, claims and snapshot objects.",
    "With `adopt: true`, `api` and `finish_restores` may tag copies (`infra/permissions/restore.py`).",
    "With `borrow`, `api` may also copy what these vaults lend (`infra/permissions/borrowing.py`).",
    "Only a deployment with places has `copy_points`: it describes, copies, tags and locks snapshots",
    "there, uses keys through EC2, holds points, and deletes nothing; and `prune_copies`, which deletes",
    "copies there and describes what protects them (`infra/permissions/copies.py`).",
    "Only a deployment with `checks` has `check_points`: it describes snapshots, reads the blocks of its",
    "own and of their copies in places of the account, decrypts under the keys of the config and of",
    "these places, and writes one tag (`infra/permissions/checks.py`).",
    "Only a deployment with `objects` has `save_objects`: it writes archives into a bucket of its own,",
    "where it deletes no version (`infra/permissions/objects.py`). In the cluster it gets and lists what",
    "it saves (`access_of` in `snapkeep_cli/config/cluster_access.py`). Only with `secrets` it reads",
    "Secrets, by a role of their own, and gets new data keys for them, which it cannot decrypt later.",
    "Only a deployment with `archive_after` has `archive_points`: it describes snapshots, lists the",
    "blocks of its own without reading them, archives those that are not held, and writes one tag",
    "(`infra/permissions/archive.py`).",
    "Only a deployment with a policy of method `aws-backup` has `back_up_file_systems`: it starts jobs",
    "of AWS Backup on EFS file systems into a vault of its own, tags what they make, and can neither",
    "delete nor restore it (`infra/permissions/file_systems.py`). In the cluster it lists claims",
    "and volumes. AWS Backup works in the role `aws_backup`, with policies that AWS manages.",
    "Such a deployment also has `restore_file_systems`: it has AWS Backup restore folders from the",
    "deployment's own recovery points, makes access points in its name, and can neither delete nor",
    "change anything (`infra/permissions/restore_file_systems.py`); `api` sees which recovery points",
    "and file systems exist.",
    "It also has `prune_file_systems`: it lists that vault, reads tags, and deletes our recovery points",
    "that are not held (`infra/permissions/recovery_points.py`).",
    "Only a deployment with `files` has `read_files`: it describes snapshots, reads the blocks of its",
    "own, decrypts under the keys of the config, and writes below `files/` of the report's bucket, where",
    "`api` reads (`infra/permissions/files.py`).",
    "A vault has a stack of its own, where `pull_copies` copies and locks, `prune_copies` deletes,",
    "`lend_copies` shares and grants the key, and `api` asks the last two;",
    "[vault_table.yaml](../tests/unit/infra/iam/vault_table.yaml) has a row for each of their rights.",
)
"""What to know about the rights of functions, and which of them only some deployments have."""


def permissions_page(template: Document) -> str:
    """What each function may do in AWS and in a cluster."""
    parts = [
        "# What each function may do",
        "",
        "Written by `make docs` from the synthesized template and `snapkeep_cli/config/cluster_access.py`.",
        *RIGHTS,
    ]
    for name, actions in sorted(_actions(template).items()):
        parts += ["", f"## {name}", "", "| where | may |", "| --- | --- |"]
        parts += [
            f"| {service} | {', '.join(f'`{each}`' for each in found)} |"
            for service, found in actions.items()
        ]
        parts += [
            f"| cluster: {_resources(rule)} | {', '.join(rule.verbs)} |" for rule in FUNCTIONS.get(name, ())
        ]
    return "\n".join(parts) + "\n"


def _objects(schema: Document) -> Iterator[tuple[str, Document, Sequence[str]]]:
    yield "The file", schema["properties"], schema.get("required", ())
    places = dict(_places(schema))
    for name, definition in schema["$defs"].items():
        title = " and ".join(f"`{place}`" for place in places.get(name, [name]))
        yield title, definition["properties"], definition.get("required", ())


def _places(schema: Document) -> Iterator[tuple[str, list[str]]]:
    """Where each object is used, as a path of keys."""
    found: dict[str, list[str]] = {}
    everything = {"": schema, **schema["$defs"]}
    for owner, definition in everything.items():
        for key, value in definition.get("properties", {}).items():
            for name in _references(value):
                path = key if not owner else f"{owner}.{key}"
                found.setdefault(name, []).append(path)
    for name, paths in found.items():
        yield name, sorted(_from_the_top(paths, found))


def _from_the_top(paths: Iterable[str], found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for path in paths:
        owner, _, key = path.rpartition(".")
        if owner in found:
            yield from (f"{above}.{key}" for above in _from_the_top(found[owner], found))
        else:
            yield key


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "$ref" in value:
            yield str(value["$ref"]).rpartition("/")[2]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _values(value: Document) -> str:
    choices = [str(each) for each in value.get("enum", ())]
    listed = 0 < len(choices) <= MOST_CHOICES
    shown = f" One of {', '.join(f'`{each}`' for each in choices)}." if listed else ""
    default = value.get("default")
    return shown + (f" Default `{json.dumps(default)}`." if default not in (None, [], {}, "") else "")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _actions(template: Document) -> dict[str, dict[str, list[str]]]:
    """Action names by service, by function."""
    resources = template["Resources"]
    roles: dict[str, str] = {}
    for resource in resources.values():
        if resource["Type"] == "AWS::Lambda::Function" and "FunctionName" in resource["Properties"]:
            properties = resource["Properties"]
            name = str(properties["FunctionName"]).partition("-")[2].replace("-", "_")
            roles[properties["Role"]["Fn::GetAtt"][0]] = name
    found: dict[str, dict[str, list[str]]] = {name: {} for name in roles.values()}
    for resource in resources.values():
        if resource["Type"] != "AWS::IAM::Policy":
            continue
        names = [roles[role["Ref"]] for role in resource["Properties"]["Roles"] if role.get("Ref") in roles]
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                service, _, verb = action.partition(":")
                for name in names:
                    listed = found[name].setdefault(service, [])
                    listed += [] if verb in listed else [verb]
    return {
        name: {key: sorted(each) for key, each in sorted(actions.items())} for name, actions in found.items()
    }


def _resources(rule: Rule) -> str:
    group = f" ({rule.api_group})" if rule.api_group else ""
    return ", ".join(f"`{each}`" for each in rule.resources) + group


def main(template: Path) -> None:
    """Write both pages; `template` is the stack's, as `make synth` leaves it."""
    SETTINGS.write_text(settings_page(json_schema()))
    PERMISSIONS.write_text(permissions_page(json.loads(template.read_text())))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
