"""The person's own kubectl: their kubeconfig, their rights."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snapkeep_cli.output import fail, say

Document = dict[str, Any]

NO_SUCH_KIND = "doesn't have a resource type"
"""How kubectl says that a cluster does not serve a kind."""


EXISTS = "(AlreadyExists)"
"""How kubectl says that a name is taken."""

GONE_WITHIN = "60s"
"""How long a deleted object may take to go."""

NOT_SERVED = "the server could not find the requested resource"
"""How kubectl says that a cluster does not serve an API version."""

MANAGER = "snapkeep"
"""Owns the fields of what people apply from an archive.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers"""

ADVICE = "Please review the fields above"
"""Where kubectl begins to advise on conflicts, also that they can be forced."""


class KubectlFailed(Exception):
    """kubectl ended with an error; the text is its own."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A right: a verb on a resource such as `deployments` of the group `apps`, in a namespace ("": none)."""

    verb: str
    group: str
    resource: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What kubectl applied, as it names objects (`deployment.apps/web`), and its errors and warnings."""

    done: frozenset[str]
    said: tuple[str, ...]


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

    def living(self, kinds: Sequence[str], namespace: str) -> list[Document]:
        """All objects of several kinds in a namespace, with the managers of their fields. Raises
        KubectlFailed, also for a kind that is not served."""
        where = ["--namespace", namespace, "--ignore-not-found", "--show-managed-fields"]
        text = self._run("get", ",".join(kinds), *where, "--output", "json")
        return list(json.loads(text)["items"]) if text.strip() else []

    def names(self, kind: str, namespace: str) -> frozenset[str]:
        """The names of a kind's objects in a namespace; their contents stay in kubectl. Raises
        KubectlFailed."""
        text = self._run("get", kind, "--namespace", namespace, "--ignore-not-found", "--output", "name")
        return frozenset(line.partition("/")[2] for line in text.split())

    def served(self, api_version: str) -> Mapping[str, str]:
        """The resources of an API version that are in namespaces, and namespaces themselves, by kind:
        `{"Deployment": "deployments"}`; none if the cluster does not serve it. Raises KubectlFailed.

        https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
        """
        try:
            text = self._run("get", "--raw", f"/apis/{api_version}" if "/" in api_version else "/api/v1")
        except KubectlFailed as error:
            if NOT_SERVED in str(error):
                return {}
            raise
        resources = json.loads(text)["resources"]
        return {
            each["kind"]: each["name"]
            for each in resources
            if "/" not in each["name"] and (each["namespaced"] or each["kind"] == "Namespace")
        }

    def may(self, asked: Sequence[Ask]) -> list[bool]:
        """Whether the person may do each of these. Raises KubectlFailed.

        https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
        """
        reviews = "\n".join(json.dumps(_review(each)) for each in asked)
        text = self._run("create", "--validate=false", "--filename", "-", "--output", "json", given=reviews)
        return [bool((each.get("status") or {}).get("allowed")) for each in _documents(text)]

    def apply(self, documents: str, *, dry_run: bool = False) -> Applied:
        """Apply YAML documents in their order, on the server, without forcing conflicts; continues after
        errors. A dry run only tries."""
        rehearsal = ["--dry-run=server"] if dry_run else []
        how = ["--server-side", f"--field-manager={MANAGER}", *rehearsal, "--output", "name"]
        ended = self._end("apply", *how, "--filename", "-", given=documents)
        return Applied(frozenset(ended.stdout.split()), tuple(_without_advice(ended.stderr)))

    def create(self, document: Document) -> bool:
        """Create an object; False if there is one with its name. Raises KubectlFailed."""
        try:
            self._run("create", "--filename", "-", given=json.dumps(document))
        except KubectlFailed as error:
            if EXISTS in str(error):
                return False
            raise
        return True

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Delete an object and wait until it is gone; one that is gone is no error. Raises KubectlFailed."""
        where = ["--namespace", namespace] if namespace else []
        self._run("delete", kind, name, *where, "--ignore-not-found", f"--timeout={GONE_WITHIN}")

    def cluster(self) -> str:
        """The name that the kubeconfig gives the cluster; for those that the AWS CLI writes it is an ARN."""
        try:
            view = json.loads(self._run("config", "view", "--minify", "--output", "json"))
        except KubectlFailed:
            return ""
        return next((str(each.get("name")) for each in view.get("clusters") or ()), "")

    def _run(self, *words: str, given: str = "") -> str:
        ended = self._end(*words, given=given)
        if ended.returncode:
            raise KubectlFailed(ended.stderr.strip() or f"kubectl ended with {ended.returncode}")
        return ended.stdout

    def _end(self, *words: str, given: str) -> subprocess.CompletedProcess[str]:
        context = ["--context", self.context] if self.context else []
        command = [self.program, *words, *context]
        return subprocess.run(
            command, input=given, capture_output=True, text=True, errors="replace", check=False
        )


def _review(ask: Ask) -> Document:
    attributes = {"verb": ask.verb, "group": ask.group, "resource": ask.resource, "namespace": ask.namespace}
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def _documents(text: str) -> Iterator[Document]:
    """The JSON documents that kubectl prints one after another, or in a list."""
    decoder, text = json.JSONDecoder(), text.strip()
    while text:
        found, end = decoder.raw_decode(text)
        yield from found["items"] if found.get("kind") == "List" else [found]
        text = text[end:].lstrip()


def _without_advice(text: str) -> Iterator[str]:
    """The lines of kubectl's errors and warnings, without its advice on conflicts."""
    skips = False
    for line in text.splitlines():
        skips = skips or line.startswith(ADVICE)
        if line.strip() and not skips:
            yield line
        if line.startswith("See https://"):
            skips = False


def kubectl_for(cluster: str, context: str, *, writes: bool = False) -> Kubectl:
    """The kubectl on the PATH; says which cluster it reaches. Ends the command if there is none, or if it
    writes and its current context seems to be another cluster's."""
    program = shutil.which("kubectl")
    if program is None:
        raise fail(
            "no_kubectl",
            "kubectl is not on the PATH; with it Snapkeep works in the cluster under your own rights",
            "install it as https://kubernetes.io/docs/tasks/tools/ says",
        )
    found = Kubectl(program, context)
    name = found.cluster()
    say(f"kubectl {'works in' if writes else 'reads'} the cluster {name or 'of its environment'}")
    if name and name.rpartition("/")[2] != cluster:
        if writes and not context:
            text = f"kubectl's current context is of {name}, and {cluster} is meant"
            raise fail("usage", text, "give --context; `kubectl config get-contexts` lists contexts")
        say(f"is that {cluster}? If not, give --context; `kubectl config get-contexts` lists contexts")
    return found
