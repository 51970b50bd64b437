"""Where the API is and who calls it, as the options of `snapkeep` itself say."""

from __future__ import annotations

from typing import Annotated

import typer

URL, STACK = "SNAPKEEP_API_URL", "SNAPKEEP_STACK"

ApiOption = Annotated[
    str, typer.Option("--api", envvar=URL, help="The API's URL; default: output ApiUrl of the stack.")
]
ProfileOption = Annotated[str, typer.Option("--profile", help="The AWS profile to sign with.")]
RegionOption = Annotated[str, typer.Option("--region", help="The AWS Region of the API.")]


class Where:
    """The connection of this invocation, set by the options of `snapkeep` itself."""

    api = ""
    profile = ""
    region = ""
