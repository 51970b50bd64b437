"""Operations on files, and their answers, as response bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapkeep.domain.times import to_second
from snapkeep.inbound.api.files.models import (
    DownloadModel,
    EntryModel,
    FileOperationModel,
    FileProblemModel,
    FoundPathModel,
    ListingModel,
    SearchModel,
    VersionModel,
    VersionsModel,
)

if TYPE_CHECKING:
    from datetime import datetime

    from snapkeep.domain.files.operations import FileLink, FileOperation
    from snapkeep.domain.files.results import (
        Answer,
        Fetched,
        Found,
        FoundPath,
        ListedEntry,
        Listing,
        Version,
        Versions,
    )
    from snapkeep.inbound.api.problems import Problem


def listing_model(operation: FileOperation, listing: Listing) -> ListingModel:
    """A listing as a response body."""
    return ListingModel(**_of_point(operation, listing), entries=[*map(_entry_model, listing.entries)])


def download_model(operation: FileOperation, fetched: Fetched, link: FileLink) -> DownloadModel:
    """A fetched file as a response body."""
    return DownloadModel(
        **_of_point(operation, fetched),
        is_tar=fetched.is_tar,
        size=fetched.size,
        sha256=fetched.sha256,
        modified=to_second(fetched.modified),
        url=link.url,
        expires_at=to_second(link.expires_at),
    )


def versions_model(operation: FileOperation, versions: Versions) -> VersionsModel:
    """A path in all points of a claim as a response body."""
    return VersionsModel(**_answer(operation, versions), versions=[*map(_version_model, versions.versions)])


def search_model(operation: FileOperation, found: Found) -> SearchModel:
    """What was found as a response body."""
    return SearchModel(
        **_answer(operation, found), name=operation.request.name, found=[*map(_found_model, found.paths)]
    )


def operation_model(operation: FileOperation, problem: Problem | None) -> FileOperationModel:
    """An operation as a response body, without its answer."""
    return FileOperationModel(
        id=operation.id,
        kind=operation.request.kind,
        state=operation.state,
        text=operation.progress,
        begun_at=to_second(operation.begun_at),
        problem=_problem_model(problem) if problem else None,
    )


def _problem_model(problem: Problem) -> FileProblemModel:
    return FileProblemModel(status=problem.status, code=problem.code, detail=problem.detail, fix=problem.fix)


def _answer(operation: FileOperation, said: Answer) -> dict[str, Any]:
    request = operation.request
    return {
        "namespace": request.namespace,
        "claim": request.claim,
        "path": request.path,
        "log": said.log,
        "left_out": said.left_out,
    }


def _of_point(operation: FileOperation, said: Listing | Fetched) -> dict[str, Any]:
    (point,) = operation.request.points
    return {**_answer(operation, said), "recovery_point": point.id, "taken": to_second(point.taken)}


def _entry_model(listed: ListedEntry) -> EntryModel:
    entry = listed.entry
    return EntryModel(
        name=entry.name,
        kind=entry.kind,
        size=entry.size,
        modified=to_second(entry.modified),
        mode=f"{entry.mode:04o}",
        owner=entry.owner,
        group=entry.group,
        target=listed.target,
    )


def _version_model(version: Version) -> VersionModel:
    return VersionModel(
        recovery_point=version.point_id,
        taken=to_second(version.taken),
        state=version.state.value,
        size=version.entry.size if version.entry else None,
        modified=_when(version.entry.modified if version.entry else None),
        reason=version.reason,
    )


def _found_model(found: FoundPath) -> FoundPathModel:
    return FoundPathModel(
        path=found.path,
        kind=found.kind,
        size=found.size,
        modified=to_second(found.modified),
        recovery_point=found.newest,
        points=found.points,
        first=to_second(found.first),
        last=to_second(found.last),
    )


def _when(moment: datetime | None) -> str | None:
    return to_second(moment) if moment else None
