"""A synthesized template as tests ask it: by what things are called, not by logical ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]


def ours(kind: str) -> dict[str, Any]:
    """What a snapshot of this deployment says in `StringEquals`, by `RequestTag` or `ResourceTag`.

    One that exists may be of a version that did not name the deployment: `names_no_other`.
    """
    equal = {f"aws:{kind}/snapkeep:managed": "true", f"aws:{kind}/snapkeep:cluster": ["myeks", "second"]}
    return equal | (names_no_other(kind) if kind == "RequestTag" else {})


def names_no_other(kind: str) -> dict[str, Any]:
    """What says in a condition that no other deployment is named."""
    return {f"aws:{kind}/snapkeep:deployment": "snapkeep"}


@dataclass(frozen=True)
class Template:
    """A CloudFormation template; references are shown as `{LogicalId.Attribute}` in texts."""

    document: Mapping[str, Any]

    def resources(self, kind: str) -> dict[str, Resource]:
        """Properties of all resources of a type (`SQS::Queue`), by logical id."""
        return dict(self._of(kind))

    def whole(self, kind: str) -> dict[str, Resource]:
        """All resources of a type with what stands beside their properties."""
        found = self.document["Resources"].items()
        return {name: resource for name, resource in found if resource["Type"] == f"AWS::{kind}"}

    def function(self, name: str) -> Resource:
        """The properties of one of our functions (`plan_backup`)."""
        return self._function(name)[1]

    def source_of(self, name: str) -> tuple[Resource, Resource]:
        """The event source mapping of a function, and the queue it reads."""
        wanted = self._function(name)[0]
        mapping = next(
            properties
            for properties in self.resources("Lambda::EventSourceMapping").values()
            if properties["FunctionName"] == {"Ref": wanted}
        )
        return mapping, self.at(mapping["EventSourceArn"])

    def schedule(self, name: str) -> Resource:
        """The properties of a schedule by its name."""
        return next(item for item in self.resources("Scheduler::Schedule").values() if item["Name"] == name)

    def statements(self, name: str) -> list[Resource]:
        """All statements of the role of one of our functions."""
        return self.statements_of(self.function(name)["Role"])

    def statements_of(self, role: Resource) -> list[Resource]:
        """All statements of the role that a GetAtt points at."""
        logical_id = role["Fn::GetAtt"][0]
        return [
            statement
            for policy in self.resources("IAM::Policy").values()
            if {"Ref": logical_id} in policy["Roles"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]

    def statement(self, name: str, sid: str) -> Resource:
        """One statement of a function's role."""
        return next(item for item in self.statements(name) if item.get("Sid") == sid)

    def actions(self, name: str) -> set[str]:
        """Every action that a function's role allows."""
        return {action for statement in self.statements(name) for action in listed(statement["Action"])}

    def at(self, reference: Resource) -> Resource:
        """The properties of the resource that a GetAtt or Ref points at."""
        logical_id = reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0]
        properties: Resource = self.document["Resources"][logical_id]["Properties"]
        return properties

    def _function(self, name: str) -> tuple[str, Resource]:
        wanted = name.replace("_", "-")
        return next(
            (logical_id, properties)
            for logical_id, properties in self._of("Lambda::Function")
            if properties["FunctionName"].endswith(f"-{wanted}")
        )

    def _of(self, kind: str) -> Iterable[tuple[str, Resource]]:
        for name, resource in self.document["Resources"].items():
            if resource["Type"] == f"AWS::{kind}":
                yield name, resource.get("Properties", {})


def listed(value: Any) -> list[Any]:
    """IAM writes a single value without its list."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A value of a template as text: `{Name.Attribute}` for references, joined where it joins."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"{{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{{{name}.{attribute}}}"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(text(part) for part in parts)
    raise ValueError(f"not a text: {value}")


def arns(statement: Resource) -> set[str]:
    """The resources of a statement as text, account and partition shortened."""
    shortened = (re.sub(r"{AWS::(\w+)}", r"<\1>", text(item)) for item in listed(statement["Resource"]))
    return set(shortened)
