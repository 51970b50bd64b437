"""Asks the API about files and waits for what takes longer than an answer may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from snapkeep_cli.api.calls import Document, place
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.output import fail

ENDED = ("done", "failed")
NO_FILES = "this deployment does not read files: its snapkeep.yaml has no `files`"
ADD_FILES = (
    "write `files: {keys: [the ARNs of the KMS keys of your volumes]}` into snapkeep.yaml and deploy it; "
    "`files: {}` reads unencrypted volumes only"
)


def ask(
    api: ApiClient, cluster: str, namespace: str, about: Sequence[str], body: Mapping[str, Any], timeout: int
) -> Document:
    """The answer to a question about files: POSTed to that path of the namespace, or of the cluster for "".

    The same question is the same work to the API, so it is asked again once that has ended. Raises
    ApiProblem; ends the command after `timeout` seconds, and where the deployment reads no files.
    """
    where = place(cluster, namespace, *about)
    while True:
        try:
            status, answer = api.post(body, *where)
        except ApiProblem as problem:
            _explain(api, problem)
            raise
        if status == 200:
            return answer
        _follow(api, place(cluster, namespace, "file-operations", str(answer["id"])), timeout)


def _follow(api: ApiClient, operation: Sequence[str], timeout: int) -> None:
    """Wait for the end of an operation. Raises ApiProblem for one that fails."""
    ended = wait_for(lambda: api.get(*operation), ENDED, timedelta(seconds=timeout))
    if ended["problem"]:
        raise ApiProblem(int(ended["problem"]["status"]), ended["problem"])


def _explain(api: ApiClient, problem: ApiProblem) -> None:
    """End the command if the API has no such route because the deployment reads no files: to API Gateway,
    that looks like a request without a signature."""
    if problem.code != "unauthenticated":
        return
    try:
        reads_files = api.get("clusters").get("files", False)
    except (ApiProblem, Unreachable):
        return
    if not reads_files:
        raise fail("no_files", NO_FILES, ADD_FILES) from problem
