"""The person's own kubectl: their kubeconfig, their rights."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from snapkeep_cli.output import fail, say

Document = dict[str, Any]

NO_SUCH_KIND = "doesn't have a resource type"
"""How kubectl says that a cluster does not serve a kind."""


class KubectlFailed(Exception):
    """kubectl ended with an error; the text is its own."""


@dataclass(frozen=True, slots=True)
class Kubectl:
    """Runs kubectl in a context ("" for the current one)."""

    program: str
    context: str = ""

    def objects(self, kind: str, namespace: str, names: Sequence[str] = ()) -> list[Document]:
        """The objects of a kind in a namespace ("" for kinds of the whole cluster), or those with these
        names that exist. Raises KubectlFailed."""
        where = ["--namespace", namespace] if namespace else []
        try:
            text = self._run("get", kind, *names, *where, "--ignore-not-found", "--output", "json")
        except KubectlFailed as error:
            if NO_SUCH_KIND in str(error):
                return []
            raise
        found = json.loads(text) if text.strip() else {"items": []}
        return list(found["items"]) if "items" in found else [found]

    def cluster(self) -> str:
        """The name that the kubeconfig gives the cluster; for those that the AWS CLI writes it is an ARN."""
        try:
            view = json.loads(self._run("config", "view", "--minify", "--output", "json"))
        except KubectlFailed:
            return ""
        return next((str(each.get("name")) for each in view.get("clusters") or ()), "")

    def _run(self, *words: str) -> str:
        context = ["--context", self.context] if self.context else []
        ended = subprocess.run(
            [self.program, *words, *context], capture_output=True, text=True, errors="replace", check=False
        )
        if ended.returncode:
            raise KubectlFailed(ended.stderr.strip() or f"kubectl ended with {ended.returncode}")
        return ended.stdout


def kubectl_for(cluster: str, context: str) -> Kubectl:
    """The kubectl on the PATH; says which cluster it reads. Ends the command if there is none."""
    program = shutil.which("kubectl")
    if program is None:
        raise fail(
            "no_kubectl",
            "kubectl is not on the PATH; with it Snapkeep reads the cluster under your own rights",
            "install it as https://kubernetes.io/docs/tasks/tools/ says",
        )
    found = Kubectl(program, context)
    name = found.cluster()
    say(f"kubectl reads the cluster {name or 'of its environment'}")
    if name and name.rpartition("/")[2] != cluster:
        say(f"is that {cluster}? If not, give --context; `kubectl config get-contexts` lists contexts")
    return found
