"""What somebody wants restored from EFS, as they typed it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import typer

from snapkeep_cli.api.calls import Document
from snapkeep_cli.output import fail
from snapkeep_cli.restore_arguments import RestoreArguments
from snapkeep_cli.restore_source import Source

PREFIX = "fs-"
"""How the ids of backups of file systems begin."""

LookOption = Annotated[
    bool,
    typer.Option("--look", help="EFS: find the restored directory with a read-only pod, and make the claim."),
]
LookInOption = Annotated[str, typer.Option(help="EFS: the namespace of that pod; default: as --namespace.")]
ImageOption = Annotated[str, typer.Option(help="EFS: the image of that pod; it needs sh, ls, grep and date.")]
DirectoryOption = Annotated[
    str, typer.Option(help="EFS: the restored directory, if you have looked yourself; makes the claim.")
]
ContextOption = Annotated[str, typer.Option(help="EFS: the kubectl context; default: the current one.")]


@dataclass(frozen=True, slots=True)
class EfsWish:
    """Which claim to restore from EFS, as what, and into which cluster."""

    typed: RestoreArguments
    source: Source
    cluster: str

    @property
    def patience(self) -> timedelta | None:
        """How long to wait for AWS; None to start a restore only."""
        waits = self.typed.wait or self.typed.goes_on_efs
        return timedelta(seconds=self.typed.timeout) if waits else None

    def command(self, restore: Document, *more: str) -> str:
        """The command that continues a restore, whichever backup is the newest by then."""
        typed = self.typed
        words = ["snapkeep", "restore", restore["recovery_point"], "--claim", self.source.claim]
        words += ["--cluster", self.cluster, "-n", self.source.into]
        elsewhere = {
            "--as": typed.target,
            "--from-namespace": self.source.from_namespace,
            "--from-cluster": typed.from_cluster,
            "--context": typed.context,
        }
        words += [word for name, value in elsewhere.items() if value for word in (name, value)]
        words += [word for each in typed.label or [] for word in ("--label", each)]
        return shlex.join([*words, *more])


def refuse_options_of_ebs(typed: RestoreArguments) -> None:
    """End the command if somebody gave an option that says nothing about EFS, or a time beside a backup."""
    if named := typed.options_of_ebs:
        raise fail(
            "usage",
            f"{' and '.join(named)} cannot be used for a claim on EFS, which ignores sizes and has no zones",
            f"leave out {' and '.join(named)}",
        )
    if typed.point and typed.at:
        raise fail("usage", f"backup {typed.point} has its own time", "leave out --at")
    if typed.point and not typed.point.startswith(PREFIX):
        raise fail(
            "usage",
            f"{typed.point} is a recovery point of an EBS volume: --look and --directory are for EFS",
            "leave them out",
        )
