"""The API's address and the caller: from options, environment, then the deployed stack's outputs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Annotated

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.transport import SignedTransport
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import fail

URL, STACK = "SNAPKEEP_API_URL", "SNAPKEEP_STACK"
OUTPUT = "ApiUrl"
CONFIGURE = "set up credentials and a Region: aws configure"
_HOST = re.compile(r"\.execute-api\.([a-z0-9-]+)\.")

ApiOption = Annotated[
    str, typer.Option("--api", envvar=URL, help="The API's URL; default: output ApiUrl of the stack.")
]
ProfileOption = Annotated[str, typer.Option("--profile", help="The AWS profile to sign with.")]
RegionOption = Annotated[str, typer.Option("--region", help="The AWS Region of the API.")]


def connect(api: str = "", profile: str = "", region: str = "") -> ApiClient:
    """An API client that signs with the user's credentials; ends the command if there are none."""
    try:
        session = boto3.Session(profile_name=profile or None, region_name=region or None)
        url = api or _deployed(session)
        found = session.get_credentials()
    except (BotoCoreError, ClientError) as error:
        raise fail(f"AWS cannot be reached: {error}", CONFIGURE, Exit.FORBIDDEN) from error
    if found is None:
        raise fail("there are no AWS credentials to sign with", CONFIGURE, Exit.FORBIDDEN)
    host = _HOST.search(url)
    where = host.group(1) if host else session.region_name
    if not where:
        raise fail(f"the Region of {url} is unknown", "Give --region, or set AWS_REGION", Exit.USAGE)
    return ApiClient(SignedTransport(url, where, found))


Connect = Callable[[], ApiClient]


def _deployed(session: boto3.Session) -> str:
    """The URL in the stack's outputs. Raises ClientError without the stack."""
    name = os.environ.get(STACK, "Snapkeep")
    (stack,) = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    for output in stack.get("Outputs", []):
        if output.get("OutputKey") == OUTPUT:
            return str(output.get("OutputValue"))
    raise fail(f"stack {name} has no output {OUTPUT}", "Deploy it again, or give --api", Exit.USAGE)
