"""Asks a question about files, records who did, and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response

from snapkeep.domain.files.operations import FileOperation, OperationState
from snapkeep.domain.files.requests import FileQuestion
from snapkeep.domain.files.results import Answer, Fetched, Found, Listing, Versions
from snapkeep.domain.messages import FilesRead
from snapkeep.inbound.api.callers import caller_of, request_id_of
from snapkeep.inbound.api.files.bodies import (
    download_model,
    listing_model,
    operation_model,
    search_model,
    versions_model,
)
from snapkeep.inbound.api.files.fitting import fitting
from snapkeep.inbound.api.problems import Problem, problem_with_files

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.request import Request
    from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

    from snapkeep.inbound.api.actions import Actions
    from snapkeep.inbound.api.body import Body

NOT_DEPLOYED = Problem(
    409,
    "no_files",
    "this deployment does not read files: its snapkeep.yaml has no `files`",
    "write `files: {keys: [the ARNs of the KMS keys of your volumes]}` into snapkeep.yaml, and deploy",
)


def answer_of(actions: Actions, asked: FileQuestion, request: Request) -> Response[Any]:
    """The answer, or the operation that works on it. Raises Problem where there is none.

    Who asks is published first: what cannot be published is not answered.
    """
    if actions.deployment.files is None:
        raise NOT_DEPLOYED
    event = request.resolved_event
    operation = actions.ask_files(asked, caller_of(event))
    actions.publish_files(_read(operation, event))
    if operation.problem is not None:
        raise problem_with_files(operation.problem)
    if operation.state is OperationState.RUNNING or operation.answer is None:
        return _accepted(operation, asked)
    return Response(200, "application/json", _body(actions, operation, operation.answer))


def _body(actions: Actions, operation: FileOperation, answer: Answer) -> Body:
    match answer:
        case Listing():
            return fitting(listing_model(operation, answer), "entries")
        case Fetched():
            return download_model(operation, answer, actions.link_file(operation))
        case Versions():
            return fitting(versions_model(operation, answer), "versions")
        case Found():
            return fitting(search_model(operation, answer), "found")


def _accepted(operation: FileOperation, asked: FileQuestion) -> Response[Any]:
    within = f"/namespaces/{asked.namespace}" if asked.namespace else ""
    location = f"/v1/clusters/{asked.cluster}{within}/file-operations/{operation.id}"
    body = operation_model(operation, None)
    return Response(202, "application/json", body, headers={"Location": location})


def _read(operation: FileOperation, event: BaseProxyEvent) -> FilesRead:
    request = operation.request
    return FilesRead(
        caller=caller_of(event),
        kind=request.kind.value,
        cluster=request.cluster,
        namespace=request.namespace,
        claim=request.claim,
        point="" if request.kind.is_about_claim else request.points[0].id,
        file=_printable(request.path),
        looked_for=_printable(request.name),
        request_id=request_id_of(event),
    )


def _printable(text: str) -> str:
    r"""The text with bytes that are no UTF-8 as `\xe9`: an event must be text."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
