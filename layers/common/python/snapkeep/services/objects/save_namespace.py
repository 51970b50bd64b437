"""Saves the objects of one namespace for one run: the archive, then its manifest, then the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snapkeep.domain.objects.kinds import Chosen
from snapkeep.domain.objects.manifests import Contents, Manifest, Subject
from snapkeep.domain.objects.saved import Saved, saved_of
from snapkeep.domain.objects.yaml_text import document
from snapkeep.domain.retention.deletion.locks import Lock
from snapkeep.ports.clock import Clock
from snapkeep.ports.objects import ObjectArchives, Objects, SavedObjects
from snapkeep.services.objects.list_objects import ListObjects


@dataclass(frozen=True, slots=True)
class SaveNamespace:
    """Idempotent by run and namespace: a manifest shows that the archive is complete, so what crashed before
    the record was written is recorded, and what crashed before the manifest is saved again."""

    archives: ObjectArchives
    saved: SavedObjects
    clock: Clock

    def run(
        self, cluster: Objects, chosen: Chosen, subject: Subject, claims: Sequence[str], lock: Lock | None
    ) -> Saved:
        """The record of what was saved now or by an earlier call. Raises NotFound without the namespace."""
        manifest = self.archives.manifest(subject)
        if manifest is None:
            manifest = self._archive(cluster, chosen, subject, claims, lock)
            self.archives.write_manifest(manifest, lock)
        record = saved_of(manifest)
        self.saved.write_saved(record)
        return record

    def _archive(
        self, cluster: Objects, chosen: Chosen, subject: Subject, claims: Sequence[str], lock: Lock | None
    ) -> Manifest:
        began, contents = self.clock(), Contents()
        listing = ListObjects(cluster, chosen, subject.namespace, claims, contents)
        archive = self.archives.write(subject, map(document, listing.documents(subject.scope)), lock)
        return contents.manifest(subject, archive, began, self.clock())
