"""Fetches what a run saved: manifests and archives, through links that the API gives."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from snapkeep.domain.backup.runs import run_id
from snapkeep_cli.api.calls import Document, place
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.links import streamed
from snapkeep_cli.api.subjects import SNAPSHOT, the_point
from snapkeep_cli.files.places import POINT_ID
from snapkeep_cli.output import fail


@dataclass(frozen=True, slots=True)
class Archived:
    """What people mean by RUN or POINT: a run, and the namespace ("" for all that it saved)."""

    run: str
    namespace: str


def archived(api: ApiClient, cluster: str, namespace: str, given: str) -> Archived:
    """The run that is meant; a recovery point, or its EBS snapshot, means its run and its namespace.

    Ends the command if another namespace is given.
    """
    if not (given.startswith(SNAPSHOT) or POINT_ID.search(given)):
        return Archived(given, namespace)
    point_id = the_point(api, cluster, namespace, given)
    point = api.get(*place(cluster, namespace, "recovery-points", point_id))
    run = run_of(point)
    if not run:
        raise fail(
            "not_found",
            f"{point_id} was taken by no run of Snapkeep, so no objects were saved with it",
            "name a run; `snapkeep status` shows the latest",
        )
    return Archived(run, str(point["namespace"]))


def run_of(point: Document) -> str:
    """The id of the run that took a recovery point; "" if none of Snapkeep did."""
    slot = point["slot"]
    return run_id(str(point["cluster"]), str(point["policy"]), datetime.fromisoformat(slot)) if slot else ""


def links(api: ApiClient, cluster: str, saved: Archived) -> Document:
    """Links to the archive and the manifest of one namespace, and the SHA-256 of the archive."""
    return api.post({}, *place(cluster, saved.namespace, "backups", saved.run, "downloads"))[1]


def manifest_of(found: Document) -> dict[str, Any]:
    """The manifest behind a link."""
    return dict(json.loads(_read(found["manifest_url"])))


def archive_of(found: Document) -> str:
    """The documents of an archive; ends the command if its SHA-256 is wrong."""
    whose = found["saved"]["namespace"]
    return gzip.decompress(read(found, "archive", f"the objects of {whose}")).decode()


def read(found: Document, name: str, what: str) -> bytes:
    """The file behind the link `NAME_url`; ends the command if its SHA-256 is not `NAME_sha256`."""
    body = _read(found[f"{name}_url"])
    digest, wanted = hashlib.sha256(body).hexdigest(), found[f"{name}_sha256"]
    if digest != wanted:
        raise fail(
            "spoilt_download",
            f"{what} have the SHA-256 {digest}, not {wanted}: they were changed or cut short",
            "fetch them again; if that does not help, take those of another run",
        )
    return body


def _read(url: str) -> bytes:
    return b"".join(streamed(url))
