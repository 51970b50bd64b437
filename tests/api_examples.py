"""An example for every operation of the API: what it answers over the sample data of `make api`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any, cast
from urllib.parse import urlsplit

from snapkeep.domain.policies import to_document
from snapkeep.domain.proof.checks import Subject
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.domain.restore.operations import Stage
from tests.fakes.api import Api
from tests.fakes.borrowing import BorrowingWorld
from tests.fakes.efs_restoring import DIRECTORY, EfsRestoringWorld
from tests.fakes.files import FilesWorld, an_answer_to_each
from tests.fakes.lending import BORROWER, COPY_ID, LendingWorld
from tests.fakes.restore_samples import a_restore
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.vault_copies import VaultWorld
from tests.fakes.world import SLOT, World, a_claim
from tests.unit.snapkeep.services.efs.pruning.prune_world import PruneWorld

CLUSTER = "/v1/clusters/myeks"
SHOP = f"{CLUSTER}/namespaces/shop"

MOST = 2
"""Items of a list that an example shows."""

Document = Mapping[str, Any]
Calls = Iterator[tuple[str, str, Any]]


def with_examples(document: Document, world: World) -> dict[str, Any]:
    """The description with an example for the request (if it has a body) and the answer of each operation.

    `world` is used up: its claims are backed up, restored and held.
    """
    api, vault, hub = Api(world), Api(cast(Any, LendingWorld())), Api(cast(Any, _hub()))
    paths = {path: dict(operations) for path, operations in document["paths"].items()}
    borrower, reading, saving = BorrowingWorld(), _with_files(), _with_objects()
    calls = chain(
        zip(repeat(api), _calls(api, world)),
        zip(repeat(Api(reading)), _calls_of_files(reading)),
        zip(repeat(Api(saving)), _calls_of_objects()),
        _calls_of_efs(Api(EfsRestoringWorld())),
        zip(repeat(vault), _calls_of_vault()),
        zip(repeat(_of_file_systems()), [("POST", "/v1/file-systems/prune", {"dry_run": True})]),
        zip(repeat(Api(cast(Any, borrower))), _calls_of_borrower(borrower)),
        zip(repeat(hub), [("GET", f"/v1/{name}", None) for name in ("copies", "status", "report")]),
    )
    for asked, (method, url, body) in calls:
        reply = asked(method, url, body)
        assert reply.status in (200, 202, 204), f"{method} {url}: {reply.status} {reply.text}"
        path = _path_of(url, paths)
        operation = dict(paths[path][method.lower()])
        if "parameters" in operation:
            operation["parameters"] = _named(operation["parameters"], path, url)
        if body is not None:
            operation["requestBody"] = _shown(operation["requestBody"], body)
        if reply.json is not None:
            status, responses = str(reply.status), operation["responses"]
            operation["responses"] = {**responses, status: _shown(responses[status], _short(reply.json))}
        paths[path][method.lower()] = operation
    return {**document, "paths": paths}


def _calls(api: Api, world: World) -> Calls:
    """A call of each operation; a restore and a backup are shown after they were started."""
    point = api.get(f"{SHOP}/recovery-points").json["recovery_points"][0]["id"]
    held = f"recovery-points/{point}/hold"
    yield "GET", "/v1/clusters", None
    for place in (CLUSTER, SHOP):
        yield "GET", f"{place}/coverage", None
        yield "GET", f"{place}/recovery-points", None
        yield "PUT", f"{place}/recovery-points/{point}/copies/osaka", None
        yield "GET", f"{place}/copies", None
        yield "DELETE", f"{place}/recovery-points/{point}/copies/osaka", None
        yield "GET", f"{place}/recovery-points/{point}", None
        yield "PUT", f"{place}/{held}", {"reason": "before the migration"}
        yield "DELETE", f"{place}/{held}", None
    _suspect(world, point)
    yield "PUT", f"{CLUSTER}/recovery-points/{point}/acceptance", {"because": "we moved to XFS"}
    yield "GET", f"{CLUSTER}/status", None
    yield "GET", f"{SHOP}/claims/data", None
    yield "GET", f"{CLUSTER}/report", None
    yield "POST", f"{CLUSTER}/prune", {"dry_run": True}
    for place in (CLUSTER, SHOP):
        yield "POST", f"{place}/try", _edited(world)
    for place, claims in ((CLUSTER, [{"namespace": "shop", "name": "data"}]), (SHOP, ["data"])):
        backup = api.post(f"{place}/backups", {"claims": claims}).json["id"]
        yield "POST", f"{place}/backups", {"claims": claims}
        yield "GET", f"{place}/backups/{backup}", None
    restore = api.post(f"{SHOP}/restores", {"claim": "data", "target": "data-first"}).json["id"]
    yield "POST", f"{SHOP}/restores", {"claim": "data", "target": "data-restored"}
    anywhere = {"recovery_point": point, "namespace": "recovered", "target": "data"}
    yield "POST", f"{CLUSTER}/restores", anywhere
    yield "GET", f"{SHOP}/restores", None
    yield "GET", f"{SHOP}/restores/{restore}", None
    archived = a_restore(id=f"{9:016x}", stage=Stage.BRINGING_BACK, archived=True)
    world.journal.restores.add_restore(archived)
    yield "DELETE", f"{SHOP}/restores/{archived.id}", None


def _suspect(world: World, point: str) -> None:
    """Let a check have found a point suspicious."""
    subject = Subject(point, "snap-1", "myeks", "shop", "data", "uid-1", world.clock())
    world.journal.suspicions.write_suspicion(Suspicion(subject, "the volume was formatted anew", "snap-0"))


def _with_files() -> FilesWorld:
    """A world whose only point has an answer to each question about files."""
    world = FilesWorld(a_claim("data"))
    world.back_up(SLOT)
    world.told = an_answer_to_each(world.point("data").id)
    return world


def _calls_of_files(world: FilesWorld) -> Calls:
    """A question of each kind, and how far the first is."""
    file = {"path": "/wp-config.php"}
    for place in (CLUSTER, SHOP):
        point = f"{place}/recovery-points/{world.point('data').id}"
        yield "POST", f"{point}/downloads", file
        yield "POST", f"{point}/listings", {"path": "/"}
    yield "POST", f"{SHOP}/claims/data/versions", file
    yield "POST", f"{SHOP}/claims/data/searches", {"name": "*.php"}
    asked = world.reader.asked[0]
    for place in (CLUSTER, SHOP):
        yield "GET", f"{place}/file-operations/{asked.id}", None


def _calls_of_efs(api: Api) -> Iterator[tuple[Api, tuple[str, str, Any]]]:
    """A restore from EFS, from its request to its claim; and one from another namespace."""
    anywhere = {"claim": "uploads", "namespace": "shop-2", "source_namespace": "shop"}
    own = {"claim": "uploads", "target": "uploads-restored"}
    yield api, ("POST", f"{CLUSTER}/efs-restores", anywhere)
    yield api, ("POST", f"{SHOP}/efs-restores", own)
    restore = api.post(f"{SHOP}/efs-restores", own).json["restore"]["id"]
    where = f"{SHOP}/efs-restores/{restore}"
    yield api, ("PUT", f"{where}/directory", {"directory": DIRECTORY})
    yield api, ("GET", where, None)
    yield api, ("PUT", f"{where}/claim", None)
    other = api.post(f"{SHOP}/efs-restores", {**own, "target": "uploads-2"}).json["restore"]["id"]
    yield api, ("DELETE", f"{SHOP}/efs-restores/{other}", None)


def _with_objects() -> SavingWorld:
    """A world with a night whose objects were saved."""
    world = SavingWorld()
    world.back_up(SLOT)
    world.save()
    return world


def _calls_of_objects() -> Calls:
    """What a run saved, and links to it."""
    yield "GET", f"{CLUSTER}/backups/{run_of()}/objects", None
    yield "POST", f"{SHOP}/backups/{run_of()}/downloads", None


def _of_file_systems() -> Api:
    """The API of two file systems with some nights of backups."""
    world = PruneWorld({"last": 3})
    world.nights(3)
    world.night(prune=False)
    return Api(cast(Any, world))


def _hub() -> VaultWorld:
    """A vault with some nights of copies, and its page."""
    hub = VaultWorld()
    hub.nights(3)
    hub.reporter.run()
    return hub


def _calls_of_vault() -> Calls:
    loan = f"/v1/loans/{COPY_ID}/{BORROWER}"
    yield "PUT", loan, {"seconds": 172800}
    yield "GET", "/v1/loans", None
    yield "DELETE", loan, None


def _calls_of_borrower(world: BorrowingWorld) -> Calls:
    loan = world.lent()
    for method, body in (("PUT", loan.to_document()), ("GET", None)):
        yield method, f"/v1/borrowed-copies/{loan.point}", body


def _edited(world: World) -> Document:
    """The policies of a world, changed so that they keep less."""
    policies = json.loads(json.dumps(to_document(world.deployment)["policies"]))
    return {"policies": [each | {"retention": {"last": 1}} for each in policies]}


def _path_of(url: str, paths: Document) -> str:
    """The path of the description that a URL belongs to."""
    asked = urlsplit(url).path.split("/")
    return next(
        path
        for path in sorted(paths, key=lambda each: each.count("{"))
        if len(known := path.split("/")) == len(asked)
        and all(one == other or one.startswith("{") for one, other in zip(known, asked, strict=True))
    )


def _named(parameters: Sequence[Document], path: str, url: str) -> list[dict[str, Any]]:
    """The parameters, those of the path with the values of a URL."""
    values = dict(zip(path.split("/"), urlsplit(url).path.split("/"), strict=True))
    found = ((each, values.get(f"{{{each['name']}}}")) for each in parameters)
    return [dict(each) | ({"example": value} if value else {}) for each, value in found]


def _shown(part: Document, example: Any) -> dict[str, Any]:
    """A request or response with its example."""
    content = part["content"]
    return {
        **part,
        "content": {**content, "application/json": {**content["application/json"], "example": example}},
    }


def _short(value: Any) -> Any:
    """An answer with a few items of each list."""
    if isinstance(value, Mapping):
        return {key: _short(each) for key, each in value.items()}
    return [_short(each) for each in value[:MOST]] if isinstance(value, list) else value
