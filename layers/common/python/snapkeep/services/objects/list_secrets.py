"""Lists the Secrets that a run saves of a namespace, cleaned, and notes what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.objects.cleaning import cleaned
from snapkeep.domain.objects.kinds import Chosen, Kind
from snapkeep.domain.objects.left_out import unsaved_maker
from snapkeep.domain.objects.manifests import Contents, Subject, name_of
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.secrets.left_out import KIND, source_of, why_secret_left_out
from snapkeep.ports.objects import Document, Objects

SECRETS = Kind("", "v1", KIND, "Secret")


@dataclass(frozen=True, slots=True)
class ListSecrets:
    """Runs after the objects were listed into `contents`: with the scope `workload`, those Secrets are saved
    that saved objects name."""

    cluster: Objects
    chosen: Chosen
    subject: Subject
    contents: Contents

    def documents(self) -> Iterator[Document]:
        """The Secrets to save. What the cluster does not let us read is noted and stops nothing."""
        self.contents.kinds.pop(KIND, None)
        try:
            for item in self._found():
                if reason := why_secret_left_out(item):
                    self.contents.leave_out(KIND, item, reason, unsaved_maker(item, self.chosen.others))
                    self._note_brought(item)
                else:
                    self.contents.secrets_saved.append(name_of(item))
                    yield cleaned(item)
        except PermanentError as error:
            self.contents.refuse(KIND, error.reason)

    def _note_brought(self, item: Document) -> None:
        """A Secret comes again where its source is saved, too; with `workload` no kinds of CRDs are."""
        saved = {kind.kind for kind in self.chosen.kinds}
        if self.subject.scope is ObjectScope.NAMESPACE and source_of(item) in saved:
            self.contents.secrets_brought.append(name_of(item))

    def _found(self) -> Iterator[Document]:
        namespace = self.subject.namespace
        if self.subject.scope is ObjectScope.NAMESPACE:
            yield from self.cluster.objects(SECRETS, namespace)
            return
        for name in sorted(self.contents.named.secrets):
            if found := self.cluster.object(SECRETS, namespace, name):
                yield found
