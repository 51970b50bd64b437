"""Lists what a run saves of a namespace, cleaned, in the order of a restore, and notes what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.objects.cleaning import cleaned
from snapkeep.domain.objects.kinds import Chosen, Kind
from snapkeep.domain.objects.left_out import unsaved_maker, why_left_out
from snapkeep.domain.objects.manifests import Contents
from snapkeep.domain.objects.references import References, references
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.workloads import WORKLOADS, mounts, selects
from snapkeep.ports.objects import Document, Objects

NAMESPACES = Kind("", "v1", "namespaces", "Namespace")
VOLUMES = Kind("", "v1", "persistentvolumes", "PersistentVolume")
CLASSES = Kind("storage.k8s.io", "v1", "storageclasses", "StorageClass")
CLAIMS = Kind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
ACCOUNTS = Kind("", "v1", "serviceaccounts", "ServiceAccount")
CONFIG_MAPS = Kind("", "v1", "configmaps", "ConfigMap")
SERVICES = "services"


@dataclass(slots=True)
class ListObjects:
    """One listing of a namespace; `claims` are the names of the run's claims there.

    A kind that may not be listed is noted and stops nothing; if none may be, the error is raised, because an
    empty archive would look like an empty namespace.
    """

    cluster: Objects
    chosen: Chosen
    namespace: str
    claims: Sequence[str]
    contents: Contents
    _listed: int = field(default=0, init=False)
    _unsaved: tuple[Kind, ...] = field(default=(), init=False)

    def documents(self, scope: ObjectScope) -> Iterator[Document]:
        """The objects of a scope. Raises NotFound when the namespace is gone."""
        self.contents.kinds |= self.chosen.left_out
        whole = scope is ObjectScope.NAMESPACE
        unlisted = () if whole else (kind for kind in self.chosen.kinds if str(kind) not in WORKLOADS)
        self._unsaved = (*self.chosen.others, *unlisted)
        namespace = self._one(NAMESPACES, "", self.namespace)
        if namespace is None and not self.contents.refused:
            raise NotFound(f"the namespace {self.namespace} is gone")
        if namespace is not None:
            yield self._saved(NAMESPACES, namespace)
        yield from self._everything() if whole else self._workload()
        if not self._listed and self.contents.refused:
            raise PermanentError(self.contents.kinds[self.contents.refused[-1]])

    def _everything(self) -> Iterator[Document]:
        claims = [claim for name in self.claims if (claim := self._one(CLAIMS, self.namespace, name))]
        yield from self._behind(claims)
        for name, why in self.chosen.unanswered.items():
            self.contents.refuse(name, why)
        for kind in self.chosen.kinds:
            yield from self._kept(kind, self._all(kind))

    def _workload(self) -> Iterator[Document]:
        """Workloads are listed first, because what they name comes before them."""
        claims = [claim for name in self.claims if (claim := self._one(CLAIMS, self.namespace, name))]
        found = self._workloads()
        named = References()
        for _, item in found:
            named.add(references(item))
        yield from self._behind(claims)
        yield from self._by_name(ACCOUNTS, named.accounts)
        yield from self._by_name(CONFIG_MAPS, named.config_maps)
        yield from self._kept(CLAIMS, iter(claims))
        services = next((kind for kind in self.chosen.kinds if str(kind) == SERVICES), None)
        if services:
            templates = [item for _, item in found]
            reaching = (item for item in self._all(services) if selects(item, templates))
            yield from self._kept(services, reaching)
        yield from (self._saved(kind, item) for kind, item in found)

    def _workloads(self) -> Sequence[tuple[Kind, Document]]:
        """The workloads that mount the run's claims and are not made by another object."""
        kinds = [kind for kind in self.chosen.kinds if str(kind) in WORKLOADS]
        found: list[tuple[Kind, Document]] = []
        for kind in kinds:
            for item in self._all(kind):
                if not mounts(item, self.claims):
                    continue
                if reason := why_left_out(item):
                    self._leave_out(kind, item, reason)
                else:
                    found.append((kind, item))
        return found

    def _behind(self, claims: Sequence[Document]) -> Iterator[Document]:
        """The storage classes and volumes of claims."""
        specs = [claim.get("spec") or {} for claim in claims]
        for kind, key in ((CLASSES, "storageClassName"), (VOLUMES, "volumeName")):
            for name in dict.fromkeys(spec.get(key) for spec in specs):
                if name and (found := self._one(kind, "", name)):
                    yield self._saved(kind, found)

    def _by_name(self, kind: Kind, names: set[str]) -> Iterator[Document]:
        found = (self._one(kind, self.namespace, name) for name in sorted(names))
        yield from self._kept(kind, (item for item in found if item))

    def _kept(self, kind: Kind, items: Iterator[Document]) -> Iterator[Document]:
        for item in items:
            if reason := why_left_out(item):
                self._leave_out(kind, item, reason)
            else:
                yield self._saved(kind, item)

    def _leave_out(self, kind: Kind, item: Document, reason: str) -> None:
        self.contents.leave_out(str(kind), item, reason, unsaved_maker(item, self._unsaved))

    def _saved(self, kind: Kind, item: Document) -> dict[str, Any]:
        self.contents.save(str(kind), item)
        return cleaned(item)

    def _all(self, kind: Kind) -> Iterator[Document]:
        try:
            yield from self.cluster.objects(kind, self.namespace)
        except PermanentError as error:
            self.contents.refuse(str(kind), error.reason)
        else:
            self._listed += 1

    def _one(self, kind: Kind, namespace: str, name: str) -> Document | None:
        try:
            return self.cluster.object(kind, namespace, name)
        except PermanentError as error:
            self.contents.refuse(str(kind), error.reason)
            return None
