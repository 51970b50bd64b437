"""Saves the objects of one namespace for one run: the archive, the Secrets, the manifest, then the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.objects.kinds import Chosen
from snapkeep.domain.objects.manifests import Contents, Manifest, SecretsFile, Subject
from snapkeep.domain.objects.saved import Saved, saved_of
from snapkeep.domain.objects.secrets.left_out import KIND as SECRETS
from snapkeep.domain.objects.secrets.sealed import context_of
from snapkeep.domain.objects.yaml_text import document
from snapkeep.domain.policies import Policy
from snapkeep.ports.clock import Clock
from snapkeep.ports.objects import Envelopes, ObjectArchives, Objects, SavedObjects
from snapkeep.services.objects.list_objects import ListObjects
from snapkeep.services.objects.list_secrets import ListSecrets


@dataclass(frozen=True, slots=True)
class SaveNamespace:
    """Idempotent by run and namespace: a manifest shows that the archive is complete, so what crashed before
    the record was written is recorded, and what crashed before the manifest is saved again."""

    archives: ObjectArchives
    envelopes: Envelopes
    saved: SavedObjects
    clock: Clock

    def run(
        self, cluster: Objects, chosen: Chosen, subject: Subject, claims: Sequence[str], policy: Policy
    ) -> Saved:
        """The record of what was saved now or by an earlier call. Raises NotFound without the namespace."""
        manifest = self.archives.manifest(subject)
        if manifest is None:
            manifest = self._archive(cluster, chosen, subject, claims, policy)
            self.archives.write_manifest(manifest, policy.lock)
        record = saved_of(manifest)
        self.saved.write_saved(record)
        return record

    def _archive(
        self, cluster: Objects, chosen: Chosen, subject: Subject, claims: Sequence[str], policy: Policy
    ) -> Manifest:
        began, contents = self.clock(), Contents()
        listing = ListObjects(cluster, chosen, subject.namespace, claims, contents)
        archive = self.archives.write(subject, map(document, listing.documents(subject.scope)), policy.lock)
        secrets = None
        if policy.secrets_key:
            secrets = self._secrets(ListSecrets(cluster, chosen, subject, contents), policy)
        return contents.manifest(subject, archive, began, self.clock(), secrets)

    def _secrets(self, listing: ListSecrets, policy: Policy) -> SecretsFile | None:
        """The file of Secrets; None if there are none. A key that may not be used is noted like a kind that
        may not be listed: the objects are worth saving without their Secrets."""
        subject, key = listing.subject, policy.secrets_key
        documents = listing.documents()
        first = next(documents, None)
        if first is None:
            return None
        try:
            context = context_of(subject.cluster, subject.namespace, subject.run)
            pieces = self.envelopes.seal(key, context, map(document, chain([first], documents)))
        except PermanentError as error:
            listing.contents.refuse(SECRETS, error.reason)
            return None
        return self.archives.write_secrets(subject, key, pieces, policy.lock)
