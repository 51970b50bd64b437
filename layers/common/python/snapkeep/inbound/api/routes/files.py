"""Files in recovery points: listed, fetched, followed through all points of a claim, and found by name.

Each has a path of its own, so that IAM can let somebody list and not fetch. They are POSTs although they
change nothing: a policy that lets a team GET everything of its namespace was not written for what is on its
volumes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.request import Request

from snapkeep.domain.files.requests import FileQuestion, QuestionKind
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import PROBLEMS, READING, answered, problem, read_responses
from snapkeep.inbound.api.files.answering import answer_of
from snapkeep.inbound.api.files.bodies import operation_model
from snapkeep.inbound.api.files.models import (
    DownloadModel,
    FileOperationModel,
    ListingModel,
    PathBody,
    SearchBody,
    SearchModel,
    VersionsModel,
)
from snapkeep.inbound.api.names import Claim, Cluster, FileOperationId, Namespace, Point
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.problems import problem_with_files
from snapkeep.inbound.api.routing import new_router

if TYPE_CHECKING:
    from pydantic import BaseModel

IN_CLUSTER = "/v1/clusters/<cluster>"
IN_NAMESPACE = f"{IN_CLUSTER}/namespaces/<namespace>"
LISTINGS, DOWNLOADS = "recovery-points/<point>/listings", "recovery-points/<point>/downloads"
VERSIONS, SEARCHES = "claims/<claim>/versions", "claims/<claim>/searches"
OPERATION = "file-operations/<operation>"

Answered = Response[ListingModel | DownloadModel | VersionsModel | SearchModel | FileOperationModel]


def _asks(model: type[BaseModel]) -> dict[str, Any]:
    good = {200: answered("The answer", model), 202: answered("It is in progress", FileOperationModel)}
    return {
        "tags": ["files"],
        "responses": good
        | {status: problem(PROBLEMS[status]) for status in sorted((*READING, 400, 409, 415))},
    }


SHOWS: dict[str, Any] = {"tags": ["files"], "responses": read_responses(FileOperationModel)}


def file_routes(actions: Actions, once: Once) -> Router:
    """The routes about files. They create nothing, so they need no Idempotency-Key: the same question is the
    same work."""
    router = new_router()
    _about_points(router, actions)
    _about_claims(router, actions)

    @router.get(f"{IN_CLUSTER}/{OPERATION}", summary="Show how far a question about files is", **SHOWS)
    def show_file_operation(cluster: Cluster, operation: FileOperationId) -> FileOperationModel:
        return _shown(actions, cluster, "", operation)

    @router.get(
        f"{IN_NAMESPACE}/{OPERATION}", summary="Show how far a question about a namespace's files is", **SHOWS
    )
    def show_file_operation_of_namespace(
        cluster: Cluster, namespace: Namespace, operation: FileOperationId
    ) -> FileOperationModel:
        return _shown(actions, cluster, namespace, operation)

    return router


def _about_points(router: Router, actions: Actions) -> None:
    lists, fetches = _asks(ListingModel), _asks(DownloadModel)

    @router.post(f"{IN_CLUSTER}/{LISTINGS}", summary="List a folder of any recovery point", **lists)
    def list_files(cluster: Cluster, point: Point, body: PathBody, request: Request) -> Answered:
        asked = FileQuestion(QuestionKind.LS, cluster, "", body.path, point_id=point)
        return answer_of(actions, asked, request)

    @router.post(
        f"{IN_NAMESPACE}/{LISTINGS}", summary="List a folder of a namespace's recovery point", **lists
    )
    def list_files_of_namespace(
        cluster: Cluster, namespace: Namespace, point: Point, body: PathBody, request: Request
    ) -> Answered:
        asked = FileQuestion(QuestionKind.LS, cluster, namespace, body.path, point_id=point)
        return answer_of(actions, asked, request)

    @router.post(
        f"{IN_CLUSTER}/{DOWNLOADS}", summary="Fetch a file or folder of any recovery point", **fetches
    )
    def fetch_file(cluster: Cluster, point: Point, body: PathBody, request: Request) -> Answered:
        asked = FileQuestion(QuestionKind.GET, cluster, "", body.path, point_id=point)
        return answer_of(actions, asked, request)

    @router.post(
        f"{IN_NAMESPACE}/{DOWNLOADS}",
        summary="Fetch a file or folder of a namespace's recovery point",
        **fetches,
    )
    def fetch_file_of_namespace(
        cluster: Cluster, namespace: Namespace, point: Point, body: PathBody, request: Request
    ) -> Answered:
        asked = FileQuestion(QuestionKind.GET, cluster, namespace, body.path, point_id=point)
        return answer_of(actions, asked, request)


def _about_claims(router: Router, actions: Actions) -> None:
    compares, searches = _asks(VersionsModel), _asks(SearchModel)

    @router.post(
        f"{IN_NAMESPACE}/{VERSIONS}", summary="List a file in all recovery points of a claim", **compares
    )
    def list_file_versions(
        cluster: Cluster, namespace: Namespace, claim: Claim, body: PathBody, request: Request
    ) -> Answered:
        asked = FileQuestion(QuestionKind.VERSIONS, cluster, namespace, body.path, claim=claim)
        return answer_of(actions, asked, request)

    @router.post(
        f"{IN_NAMESPACE}/{SEARCHES}",
        summary="Find files by name in the recovery points of a claim",
        **searches,
    )
    def find_files(
        cluster: Cluster, namespace: Namespace, claim: Claim, body: SearchBody, request: Request
    ) -> Answered:
        asked = FileQuestion(QuestionKind.FIND, cluster, namespace, body.path, claim=claim, name=body.name)
        return answer_of(actions, asked, request)


def _shown(actions: Actions, cluster: str, namespace: str, operation_id: str) -> FileOperationModel:
    operation = actions.show_file_operation(cluster, namespace, operation_id)
    why = problem_with_files(operation.problem) if operation.problem else None
    return operation_model(operation, why)
