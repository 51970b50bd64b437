"""What a restore of a namespace needs of the cluster, which kubectl reaches with the person's own rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from snapkeep_cli.cluster.kubectl import Applied, Ask

Document = dict[str, Any]


class TargetCluster(Protocol):
    """`snapkeep_cli.cluster.kubectl.Kubectl` says what each of these does. All raise KubectlFailed."""

    def objects(self, kind: str, namespace: str, names: Sequence[str] = ()) -> list[Document]: ...

    def living(self, kinds: Sequence[str], namespace: str) -> list[Document]: ...

    def names(self, kind: str, namespace: str) -> frozenset[str]: ...

    def served(self, api_version: str) -> Mapping[str, str]: ...

    def may(self, asked: Sequence[Ask]) -> list[bool]: ...

    def apply(self, documents: str, *, dry_run: bool = False) -> Applied: ...
