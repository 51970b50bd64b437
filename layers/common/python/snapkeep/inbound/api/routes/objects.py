"""The Kubernetes objects that runs saved: how many of each namespace, and links to them.

The links are a POST although it changes nothing: a policy that lets a team GET everything of its namespace
was not written for the contents of its ConfigMaps. Who asks is published first: what cannot be published is
not answered.
"""

from __future__ import annotations

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.request import Request

from snapkeep.domain.messages import ObjectsRead
from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import read_responses
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.callers import caller_of, request_id_of
from snapkeep.inbound.api.names import Backup, Cluster, Namespace
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router


class SavedModel(Body):
    """What a run saved of a namespace. `secrets` are Secrets that saved objects name and that are not saved,
    `secrets_saved` those that are, encrypted. `refused` are kinds that the cluster did not let Snapkeep
    list."""

    namespace: str
    policy: str
    scope: str
    saved_at: str
    objects: int
    left_out: int
    secrets: int
    secrets_saved: int
    refused: list[str]
    stored_bytes: int


class SavedObjectsModel(Body):
    """What a run saved, by namespace."""

    cluster: str
    run: str
    namespaces: list[SavedModel]


class ArchiveLinksModel(Body):
    """Links to the archive (gzip of YAML documents) and to its manifest (JSON), and to the Secrets, encrypted
    under `secrets_key`, if any are saved. They need no signature until they expire."""

    cluster: str
    run: str
    saved: SavedModel
    archive_url: str
    archive_sha256: str
    manifest_url: str
    secrets_url: str | None
    secrets_sha256: str | None
    secrets_key: str | None
    expires_at: str


def object_routes(actions: Actions, once: Once) -> Router:
    """The routes about saved objects."""
    router = new_router()

    @router.get(
        "/v1/clusters/<cluster>/backups/<backup>/objects",
        summary="Show how many Kubernetes objects a run saved",
        tags=["objects"],
        responses=read_responses(SavedObjectsModel),
    )
    def show_objects(cluster: Cluster, backup: Backup) -> SavedObjectsModel:
        found = actions.show_objects(cluster, backup)
        return SavedObjectsModel(cluster=cluster, run=backup, namespaces=[_model(saved) for saved in found])

    @router.post(
        "/v1/clusters/<cluster>/namespaces/<namespace>/backups/<backup>/downloads",
        summary="Fetch the objects of a namespace that a run saved",
        tags=["objects"],
        responses=read_responses(ArchiveLinksModel),
    )
    def fetch_objects(
        cluster: Cluster, namespace: Namespace, backup: Backup, request: Request
    ) -> ArchiveLinksModel:
        found = actions.link_objects(cluster, namespace, backup)
        event = request.resolved_event
        actions.publish_objects(
            ObjectsRead(caller_of(event), cluster, namespace, backup, request_id_of(event))
        )
        secrets = found.saved.secrets_file
        return ArchiveLinksModel(
            cluster=cluster,
            run=backup,
            saved=_model(found.saved),
            archive_url=found.archive,
            archive_sha256=found.saved.archive.sha256,
            manifest_url=found.manifest,
            secrets_url=found.secrets or None,
            secrets_sha256=secrets.sha256 if secrets else None,
            secrets_key=secrets.kms_key if secrets else None,
            expires_at=to_second(found.expires_at),
        )

    return router


def _model(saved: Saved) -> SavedModel:
    return SavedModel(
        namespace=saved.subject.namespace,
        policy=saved.subject.policy,
        scope=saved.subject.scope.value,
        saved_at=to_second(saved.at),
        objects=saved.objects,
        left_out=saved.left_out,
        secrets=saved.secrets,
        secrets_saved=saved.secrets_saved,
        refused=list(saved.refused),
        stored_bytes=saved.archive.stored_bytes,
    )
