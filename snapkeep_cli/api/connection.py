"""Finds the API's address and the caller's credentials: in options, environment, then the stack's outputs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.patience import Patient
from snapkeep_cli.api.signed_transport import SignedTransport
from snapkeep_cli.api.troubles import why_aws_refused
from snapkeep_cli.api.where import STACK, URL
from snapkeep_cli.output import fail

REGION = "AWS_REGION"
"""Takes precedence over `AWS_DEFAULT_REGION`, the only one that botocore reads.
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
"""
OUTPUT = "ApiUrl"
CONFIGURE = "set up credentials and a Region: aws configure"
NETWORK = "check the network, or give --api to skip asking AWS for the address"
_HOST = re.compile(r"\.execute-api\.([a-z0-9-]+)\.")


class NoApi(Exception):
    """There is no API to call: why, the code of that, and what to do."""

    def __init__(self, code: str, why: str, fix: str) -> None:
        super().__init__(why)
        self.code, self.fix = code, fix


def connect(api: str = "", profile: str = "", region: str = "") -> ApiClient:
    """An API client that signs with the user's credentials; ends the command if there are none."""
    try:
        return reach(api, profile, region)
    except NoApi as reason:
        raise fail(reason.code, str(reason), reason.fix) from reason


def reach(api: str = "", profile: str = "", region: str = "") -> ApiClient:
    """An API client that signs with the user's credentials. Raises NoApi."""
    try:
        session = botocore.session.Session(profile=profile or None)
        region = region or os.environ.get(REGION, "") or session.get_config_variable("region") or ""
        url = api or _deployed(session, region)
        found = session.get_credentials()
    except ClientError as error:
        raise _no_stack(error, region) from error
    except HTTPClientError as error:
        raise NoApi("aws_unreachable", why_aws_refused(error), NETWORK) from error
    except BotoCoreError as error:
        raise NoApi("no_credentials", why_aws_refused(error), CONFIGURE) from error
    if found is None:
        raise NoApi("no_credentials", "there are no AWS credentials to sign with", CONFIGURE)
    host = _HOST.search(url)
    where = host.group(1) if host else region
    if not where:
        raise NoApi("no_region", f"the Region of {url} is unknown", "give --region, or set AWS_REGION")
    return ApiClient(Patient(SignedTransport(url, where, found)))


Connect = Callable[[], ApiClient]


def _no_stack(error: ClientError, region: str) -> NoApi:
    """Say why the address could not be read from the stack, and how else to give it."""
    name = os.environ.get(STACK, "Snapkeep")
    if "does not exist" in str(error):
        return NoApi(
            "no_deployment",
            f"there is no stack {name} in {region}, so the API's address is unknown",
            f"give --region or --profile, --api or {URL} for the address, or {STACK} for another stack",
        )
    return NoApi("aws_refused", f"{why_aws_refused(error)}, so the API's address is unknown", f"set {URL}")


def _deployed(session: botocore.session.Session, region: str) -> str:
    """The URL in the stack's outputs. Raises ClientError without the stack, and NoApi."""
    name = os.environ.get(STACK, "Snapkeep")
    cloudformation: Any = session.create_client("cloudformation", region or None)
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    for output in stack.get("Outputs", []):
        if output.get("OutputKey") == OUTPUT:
            return str(output.get("OutputValue"))
    raise NoApi("no_deployment", f"stack {name} has no output {OUTPUT}", "deploy it again, or give --api")
