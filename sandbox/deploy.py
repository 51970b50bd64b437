"""Deploy a CDK cloud assembly (a cdk.out folder) with boto3: assets to their buckets first, then each stack.

The same steps as the CDK CLI, without Node: manifest.json lists the stacks with the environment of each,
PREFIX.assets.json their files with a bucket and key each. Placeholders such as ${AWS::Region} are replaced
with the stack's own account and Region, so assemblies of DefaultStackSynthesizer and
CliCredentialsStackSynthesizer both deploy.
"""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
POLL_SECONDS = 0.2
Connect = Callable[[str], Any]
"""Makes a client for a service in a stack's Region."""
UNCHANGED = "No updates are to be performed"


class Reach(Protocol):
    """Makes a client for a service in a Region; an empty Region is the caller's own."""

    def __call__(self, service: str, region: str) -> Any:
        """Return the client."""


class DeploymentError(RuntimeError):
    """A stack could not be deployed; the text names the first resource that failed and why."""


@dataclass(frozen=True)
class DeployedStack:
    """A deployed stack: its name, its outputs by key, its physical ids by logical id."""

    name: str
    outputs: dict[str, str]
    resources: dict[str, str]


def deploy(
    assembly: Path, reach: Reach, *, tags: dict[str, str] | None = None, limit: float = 120.0
) -> list[DeployedStack]:
    """Deploy every stack of the assembly to its Region, dependencies first, and return the stacks in that
    order.

    `reach` makes a boto3 client for a service and a Region; a stack that names no Region is deployed where
    an empty one leads. `tags` are added to each stack's own. `limit` is seconds per stack. Raises
    DeploymentError.
    """
    stacks = []
    for name, artifact in _stacks(assembly):
        connect = partial(reach, region=_region(artifact))
        sts = connect("sts")
        account = sts.get_caller_identity()["Account"]
        places = {"AWS::AccountId": account, "AWS::Region": sts.meta.region_name, "AWS::Partition": "aws"}
        _publish_assets(assembly, connect, artifact, places)
        merged = {**artifact["properties"].get("tags", {}), **(tags or {})}
        request = {**_template(assembly, connect, artifact, places), "Tags": _tags(merged)}
        stacks.append(_deploy_stack(connect, name, request, limit))
    return stacks


def _stacks(assembly: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    artifacts = _read(assembly / "manifest.json")["artifacts"]
    done: set[str] = set()

    def visit(identifier: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if identifier in done:
            return
        done.add(identifier)
        artifact = artifacts[identifier]
        for needed in artifact.get("dependencies", []):
            yield from visit(needed)
        if artifact["type"] == "aws:cloudformation:stack":
            yield artifact["properties"].get("stackName") or identifier, {**artifact, "id": identifier}

    for identifier in artifacts:
        yield from visit(identifier)


def _region(artifact: dict[str, Any]) -> str:
    """The Region of a stack's environment, aws://ACCOUNT/REGION; empty if the stack goes anywhere."""
    region = str(artifact.get("environment", "")).rpartition("/")[2]
    return "" if region == "unknown-region" else region


def _publish_assets(
    assembly: Path, connect: Connect, artifact: dict[str, Any], places: dict[str, str]
) -> None:
    manifest = assembly / f"{artifact['id']}.assets.json"
    if not manifest.exists():
        return
    s3 = connect("s3")
    existing = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for file in _read(manifest).get("files", {}).values():
        for destination in file["destinations"].values():
            bucket, key = _fill(destination["bucketName"], places), _fill(destination["objectKey"], places)
            if bucket not in existing:
                s3.create_bucket(
                    Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": places["AWS::Region"]}
                )
                existing.add(bucket)
            s3.put_object(Bucket=bucket, Key=key, Body=_content(assembly, file["source"]))


def _content(assembly: Path, source: dict[str, Any]) -> bytes:
    path = assembly / str(source["path"])
    if source.get("packaging") != "zip" or path.is_file():
        return path.read_bytes()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for each in sorted(path.rglob("*")):
            if each.is_file():
                archive.write(each, each.relative_to(path))
    return zipped.getvalue()


def _template(
    assembly: Path, connect: Connect, artifact: dict[str, Any], places: dict[str, str]
) -> dict[str, Any]:
    """The request's template and parameters. CloudFormation requires S3 for templates over 51,200 bytes;
    the assembly's assets hold the template, too.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    properties = artifact["properties"]
    text = (assembly / properties["templateFile"]).read_text()
    parameters = _parameters(json.loads(text))
    published = properties.get("stackTemplateAssetObjectUrl")
    if not published:
        return {"TemplateBody": text, "Parameters": parameters}
    place = _fill(published, places).removeprefix("s3://")
    return {"TemplateURL": f"{connect('s3').meta.endpoint_url}/{place}", "Parameters": parameters}


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def _deploy_stack(connect: Connect, name: str, given: dict[str, Any], limit: float) -> DeployedStack:
    cloudformation = connect("cloudformation")
    request: Any = {"StackName": name, "Capabilities": CAPABILITIES, **given}
    try:
        if _exists(cloudformation, name):
            cloudformation.update_stack(**request)
        else:
            cloudformation.create_stack(**request)
    except ClientError as error:
        if UNCHANGED not in str(error):
            raise DeploymentError(
                f"stack {name} was refused: {error.response['Error']['Message']}"
            ) from error
    return _wait(cloudformation, name, limit)


def _parameters(template: dict[str, Any]) -> list[dict[str, str]]:
    # Its default names an SSM parameter that `cdk bootstrap` creates; a sandbox has nothing to check.
    given = template.get("Parameters", {}).get("BootstrapVersion")
    return [{"ParameterKey": "BootstrapVersion", "ParameterValue": "99"}] if given else []


def _exists(cloudformation: Any, name: str) -> bool:
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError:
        return False
    if found["StackStatus"] in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
        # A failed creation leaves a stack that can only be deleted.
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        return False
    return True


def _wait(cloudformation: Any, name: str, limit: float) -> DeployedStack:
    deadline = time.monotonic() + limit
    while (stack := cloudformation.describe_stacks(StackName=name)["Stacks"][0])["StackStatus"].endswith(
        "_IN_PROGRESS"
    ):
        if time.monotonic() > deadline:
            raise DeploymentError(f"stack {name} is still {stack['StackStatus']} after {limit:.0f} s")
        time.sleep(POLL_SECONDS)
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeploymentError(
            f"stack {name} ended in {stack['StackStatus']}: {_first_failure(cloudformation, name)}"
        )
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    return DeployedStack(
        name,
        {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])},
        {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
        },
    )


def _first_failure(cloudformation: Any, name: str) -> str:
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
    events = [event for page in pages for event in page["StackEvents"]]
    for event in reversed(events):
        if event["ResourceStatus"].endswith("_FAILED"):
            reason = event.get("ResourceStatusReason", "no reason given")
            return f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}"
    return "no resource says why; see the log of the sandbox"


def _fill(text: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found
