"""Runs the command blocks of a page as a reader would, with the AWS CLI and kubectl pointed at a sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from infra.packaging.build import ROOT
from sandbox.kubectl import program
from sandbox.launch import Sandbox

AWS_CLI = ROOT / ".venv" / "awscli"


def blocks(page: Path) -> list[str]:
    """The shell blocks of a Markdown page, in order."""
    return re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)


class Shell:
    """One shell session: what a block exports is there in the next one."""

    def __init__(self, sandbox: Sandbox, folder: Path, kubeconfig: Path | None = None) -> None:
        """kubectl talks to the cluster of that kubeconfig, by default the sandbox's own."""
        self._folder = folder
        tools = folder / "bin"
        tools.mkdir()
        aws = f'#!/bin/sh\nPYTHONPATH={AWS_CLI} exec {sys.executable} -m awscli "$@"\n'
        (tools / "aws").write_text(aws)
        (tools / "aws").chmod(0o755)
        (tools / "kubectl").symlink_to(program())
        self._environment = {
            **os.environ,
            **sandbox.environment(),
            "AWS_PAGER": "",
            "HOME": str(folder),
            "KUBECONFIG": str(kubeconfig or sandbox.kubeconfig),
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        }

    def run(self, script: str) -> str:
        """What the block prints; AssertionError with its error when it fails."""
        kept = self._folder / "exports"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{script}\nexport -p > {kept}"],
            env=self._environment | {"BASH_ENV": str(kept) if kept.exists() else ""},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{script}\n{done.stderr}"
        return done.stdout
