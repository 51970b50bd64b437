"""Watches a namespace come up after its objects were applied, and says what is missing in the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from snapkeep_cli.api import waiting
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.cluster.kubectl import KubectlFailed
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.namespaces import claims
from snapkeep_cli.namespaces.judging import MAKERS, Seen, Trouble, judge
from snapkeep_cli.namespaces.planning import Planned, restore_other
from snapkeep_cli.namespaces.ports import TargetCluster
from snapkeep_cli.namespaces.target import SECRETS, brought_claims, label_of, qualified
from snapkeep_cli.output import err
from snapkeep_cli.tables import clean

Document = Mapping[str, Any]

PODS = ("pods", "replicasets.apps")
FORBIDDEN = "Forbidden"
NO_POINT = "the run has no ready recovery point for it"


@dataclass
class Watch:
    """Looks at the namespace of a plan. `resources` are the plural names of its kinds, `restores` the ids of
    restores by claim."""

    api: ApiClient
    cluster: TargetCluster
    found: Planned
    resources: Mapping[tuple[str, str], str]
    restores: Mapping[str, str]
    _bound: dict[str, Document] = field(default_factory=dict)

    def until_whole(
        self,
        patience: timedelta,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> list[Trouble]:
        """What is missing when nothing more is waited for, or `patience` is over. Raises what says that
        cluster or API cannot be asked."""
        end = clock() + patience.total_seconds()
        with waiting.progress_on(err()) as show:
            while True:
                over = clock() >= end
                try:
                    troubles = self._look()
                except (KubectlFailed, ApiProblem, Unreachable) as error:
                    if over or _is_final(error):
                        raise
                    show(f"no answer, asking again: {clean(error)}", None, None)
                else:
                    waits = [each for each in troubles if each.waits]
                    if not waits or over:
                        return troubles
                    show(f"{len(waits)} to come; {clean(waits[0].what)}: {clean(waits[0].why)}", None, None)
                sleep(waiting.EVERY.total_seconds())

    def missing(self, refused: Mapping[str, str]) -> Iterator[Trouble]:
        """The objects that are not there, why those were `refused`, and the claims without a point."""
        move, plan = self.found.move, self.found.plan
        for label, why in refused.items():
            yield Trouble(label, f"it was refused: {why}", f"kubectl get {label} -n {move.into}", waits=False)
        kinds = sorted({qualified(kind, name) for kind, name in self.resources.items()} - {"namespaces"})
        there = {label_of(item) for item in self.cluster.living(kinds, move.into)} if kinds else set()
        for item in plan.objects:
            label = label_of(item)
            if label not in there and label not in refused and item["kind"] != "Namespace":
                look = f"kubectl get events -n {move.into}"
                yield Trouble(label, "somebody deleted it after it was applied", look, waits=False)
        for claim in sorted(set(plan.empty) - brought_claims(self.cluster, plan, move.into)):
            yield Trouble(f"claim {claim}", NO_POINT, restore_other(move, claim), waits=False)

    def _look(self) -> list[Trouble]:
        into, objects = self.found.move.into, self.found.plan.objects
        seen = Seen(self._living(), self._restores(), (), self._absent())
        if not judge(objects, seen, into):
            return []
        return judge(objects, Seen(seen.living, seen.restores, self._events(), seen.absent), into)

    def _living(self) -> Sequence[Document]:
        kinds = [qualified(kind, name) for kind, name in self.resources.items() if kind[1] in MAKERS]
        return self.cluster.living(sorted({*PODS, *kinds}), self.found.move.into)

    def _restores(self) -> Mapping[str, Document]:
        """The restores; one whose claim is bound is not asked again."""
        found: dict[str, Document] = {}
        for name, restore in self.restores.items():
            found[name] = self._bound.get(name) or claims.state(self.api, self.found.move, restore)
            if found[name]["state"] == "bound":
                self._bound[name] = found[name]
        return found

    def _absent(self) -> frozenset[str]:
        """The Secrets that saved objects name and that do not exist, as far as the person may know."""
        try:
            there = self.cluster.names(SECRETS, self.found.move.into) if self.found.secrets else frozenset()
        except KubectlFailed:
            return frozenset()
        return frozenset(self.found.secrets) - there

    def _events(self) -> Sequence[Document]:
        try:
            return self.cluster.living(["events"], self.found.move.into)
        except KubectlFailed:
            return ()


def _is_final(error: Exception) -> bool:
    if isinstance(error, ApiProblem):
        return error.exit_code is not Exit.UNAVAILABLE
    return FORBIDDEN in str(error)
