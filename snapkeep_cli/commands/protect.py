"""`snapkeep policies protect`: an organization's policy that protects backups from administrators."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated

import typer

from snapkeep_cli.api.calls import ending_well
from snapkeep_cli.api.where import STACK
from snapkeep_cli.deployment import DEFAULT_CONFIG, ConfigOrApiOption, load_file, served
from snapkeep_cli.output import fail
from snapkeep_cli.protection import LONGEST, Part, Protected, policy
from snapkeep_cli.usage import Commands

app = typer.Typer(cls=Commands, no_args_is_help=True)

_ACCOUNT = re.compile(r"\d{12}")
_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_ROLE = re.compile(r"(arn:aws[a-z-]*:iam::\d{12}:(role|user)/)?([A-Za-z0-9_+=,.@/-]|\{account\}|\{region\})+")


@app.callback()
def group() -> None:
    """Print policies for the organization that protect backups."""


@app.command()
@ending_well
def protect(
    account: Annotated[list[str], typer.Option(help="An account with a deployment; repeatable.")],
    deployer: Annotated[
        list[str],
        typer.Option(
            help="A role that deployments go through: its ARN, or its name with {account} and {region} "
            "as placeholders; repeatable."
        ),
    ],
    part: Annotated[
        Part,
        typer.Option(
            help="What to protect. Attach backups and deployment, and copies if points are copied; vault "
            "is for the account of a vault."
        ),
    ],
    break_glass: Annotated[
        str, typer.Option(help="The role that the policy never restricts: its ARN or name.")
    ] = "break-glass",
    key: Annotated[
        list[str] | None,
        typer.Option(help="The ARN of a KMS key that encrypts backups; without any, all keys are kept."),
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="A Region with a deployment; by default those in the config.")
    ] = None,
    prefix: Annotated[list[str] | None, typer.Option(help="The prefix of a deployment.")] = None,
    stack: Annotated[list[str] | None, typer.Option(help="The stack of a deployment.")] = None,
    config: ConfigOrApiOption = DEFAULT_CONFIG,
) -> None:
    """Print a service control policy that protects backups, roles and code from administrators."""
    _check("--account", _ACCOUNT, account, "12 digits")
    _check("--key", _KEY, key or [], "the ARN of a key, such as arn:aws:kms:REGION:ACCOUNT:key/ID")
    exact = "the name or ARN of a role, without wildcards"
    _check("--deployer", _ROLE, deployer, exact)
    _check("--break-glass", _ROLE, [break_glass], exact)
    regions, keys = _from_file(config, region or [], key or [])
    protected = Protected(
        accounts=account,
        regions=regions,
        deployers=deployer,
        break_glass=break_glass,
        prefixes=prefix or ["snapkeep"],
        stacks=stack or [os.environ.get(STACK, "Snapkeep")],
        keys=keys,
        partition=_partition(regions),
    )
    typer.echo(_fitting(protected, part))


def _from_file(config: Path, regions: list[str], keys: list[str]) -> tuple[list[str], list[str]]:
    """The Regions and keys that were given, or else those of the config; the file of a vault has both."""
    vault = load_file(config).vault if config.exists() else None
    if vault:
        return regions or [vault.region], keys or [vault.kms_key]
    return regions or sorted({each.region for each in served(config).clusters}), keys


def _fitting(protected: Protected, part: Part) -> str:
    """The policy as text: indented if that fits the size limit, otherwise compact."""
    document = policy(protected, part)
    lines, tight = json.dumps(document, indent=1), json.dumps(document, separators=(",", ":"))
    if len(tight) > LONGEST:
        raise fail(
            "usage",
            f"the policy has {len(tight)} characters; a service control policy may have {LONGEST}",
            "print a policy for each account and attach it to that account only",
        )
    return lines if len(lines) <= LONGEST else tight


def _partition(regions: list[str]) -> str:
    import botocore.session  # takes a second: import it only when needed
    from botocore.exceptions import UnknownRegionError

    known = botocore.session.get_session()
    try:
        partitions = {known.get_partition_for_region(each) for each in regions}
    except UnknownRegionError as error:
        raise fail("usage", str(error), "give AWS Regions, such as eu-west-1") from error
    if len(partitions) > 1:
        raise fail("usage", f"{', '.join(regions)} are not in one AWS partition", "print a policy for each")
    return str(partitions.pop())


def _check(option: str, pattern: re.Pattern[str], values: list[str], what: str) -> None:
    for value in values:
        if not pattern.fullmatch(value):
            raise fail("usage", f"{option} {value!r} is not {what}", f"give {what}")
