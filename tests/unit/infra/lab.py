"""A template of the lab as tests ask it: for Kubernetes objects, charts, add-ons and node groups."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.infra.template import Resource, Template, text

MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"
CHART = "Custom::AWSCDK-EKS-HelmChart"
PRUNE_LABEL = "aws.cdk.eks/prune-"


def custom(template: Template, kind: str) -> dict[str, Resource]:
    """Properties of all custom resources of a type, by logical id."""
    found = template.document["Resources"].items()
    return {name: resource["Properties"] for name, resource in found if resource["Type"] == kind}


def objects(template: Template) -> list[Resource]:
    """Every Kubernetes object that the lab applies; references as `{LogicalId.Attribute}`."""
    manifests = custom(template, MANIFEST).values()
    return [item for properties in manifests for item in json.loads(text(properties["Manifest"]))]


def an_object(template: Template, kind: str, name: str) -> Resource:
    """One Kubernetes object by kind and name."""
    return next(
        item for item in objects(template) if (item["kind"], item["metadata"]["name"]) == (kind, name)
    )


def charts(template: Template) -> dict[str, Resource]:
    """What the lab installs with Helm, by the chart's name; `Values` as a dictionary."""
    return {
        properties["Chart"]: {**properties, "Values": json.loads(text(properties.get("Values", "{}")))}
        for properties in custom(template, CHART).values()
    }


def addons(template: Template) -> dict[str, Resource]:
    """EKS add-ons by name."""
    return {item["AddonName"]: item for item in template.resources("EKS::Addon").values()}


def node_groups(template: Template) -> dict[str, Resource]:
    """Node groups by name."""
    return {item["NodegroupName"]: item for item in template.resources("EKS::Nodegroup").values()}


def launch_template(template: Template, group: str) -> Resource:
    """What the instances of a node group are launched with."""
    reference = node_groups(template)[group]["LaunchTemplate"]["Id"]
    data: Resource = template.at(reference)["LaunchTemplateData"]
    return data


def user_data(template: Template, group: str) -> str:
    """The user data of a node group, decoded."""
    return text(launch_template(template, group)["UserData"]["Fn::Base64"])


def waits_for(template: Template, logical_id: str) -> set[str]:
    """Logical ids of everything that must be there before a resource is, directly or not."""
    resources = template.document["Resources"]
    found: set[str] = set()
    todo = [logical_id]
    while todo:
        for needed in _needs(resources[todo.pop()]):
            if needed in resources and needed not in found:
                found.add(needed)
                todo.append(needed)
    return found


def _needs(value: Any) -> set[str]:
    match value:
        case {"Ref": str(name)}:
            return {name}
        case {"Fn::GetAtt": [name, _]}:
            return {name}
        case dict():
            listed = value.get("DependsOn", [])
            named = set(listed if isinstance(listed, list) else [listed])
            return named.union(*(_needs(item) for item in value.values()))
        case list():
            return set().union(*(_needs(item) for item in value))
    return set()
