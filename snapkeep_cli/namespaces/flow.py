"""Brings a namespace back, step by step; each step does only what is not done yet, so that the command can be
repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import typer

from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.cluster.kubectl import KubectlFailed
from snapkeep_cli.namespaces import claims
from snapkeep_cli.namespaces.applying import apply, rehearse
from snapkeep_cli.namespaces.judging import Trouble
from snapkeep_cli.namespaces.obstacles import ERROR, Finding, is_done, obstacles
from snapkeep_cli.namespaces.planning import Planned, counted
from snapkeep_cli.namespaces.ports import TargetCluster
from snapkeep_cli.namespaces.target import CLAIMS, NAMESPACES, Target, look
from snapkeep_cli.namespaces.watching import FORBIDDEN, Watch
from snapkeep_cli.output import fail, findings, say

Document = Mapping[str, Any]

COMING = frozenset({"accepted", "bringing_back"})
"""States of a restore whose claim does not exist yet."""

AGAIN = "repeat the command: it continues"


@dataclass
class Flow:
    """One restore of a namespace."""

    api: ApiClient
    cluster: TargetCluster
    found: Planned
    patience: timedelta

    @cached_property
    def target(self) -> Target:
        """The namespace as it was before."""
        return look(self.cluster, self.found.plan, self.found.move.into)

    @cached_property
    def begun(self) -> dict[str, str]:
        """The restores that an earlier command began, by claim."""
        return claims.begun(self.api, self.found.move, self.found.plan.claims)

    @property
    def to_restore(self) -> dict[str, str]:
        """The claims without a restore yet, with their recovery points."""
        return {name: point for name, point in self.found.plan.claims.items() if name not in self.begun}

    @property
    def to_apply(self) -> Sequence[Document]:
        """The objects that were not applied yet, without the namespace itself."""
        run = self.found.move.saved.run
        return [
            each
            for each in self.found.plan.objects
            if each["kind"] != "Namespace" and not is_done(each, self.target, run)
        ]

    @property
    def namespace(self) -> Sequence[Document]:
        """The namespace as it was saved, unless it is there and the person may not patch it."""
        if not self.target.is_absent and f"patch {NAMESPACES}" in self.target.denied:
            return []
        saved = [each for each in self.found.plan.objects if each["kind"] == "Namespace"]
        bare = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.found.move.into}}
        return saved or ([bare] if self.target.is_absent else [])

    def check(self) -> list[Finding]:
        """Everything that can be known before anything is made, errors first."""
        found = list(obstacles(self.found, self.target))
        absent = self.target.is_absent
        found += claims.rehearsed(self.api, self.found.move, self.to_restore, absent=absent)
        if not absent and not _refuse(found):
            found += self._rehearsed()
        return sorted(found, key=lambda each: each["severity"] != ERROR)

    def make_namespace(self) -> None:
        """Make the namespace, and let the API server try all objects in it."""
        into = self.found.move.into
        if refused := apply(self.cluster, self.namespace, self.found.move.saved.run):
            raise fail("namespace_refused", f"namespace {into}: {'; '.join(refused.values())}")
        if self.target.is_absent:
            say(f"made namespace {into}")
            undo = f"only namespace {into} was made: kubectl delete namespace {into} undoes it"
            refuse_for(self._rehearsed(), undo)

    def restore_claims(self) -> None:
        """Begin the restores, and wait until their claims exist: a StatefulSet makes an empty claim where it
        finds none."""
        try:
            started = claims.start(self.api, self.found.move, self.to_restore)
        except claims.Refused as reason:
            refuse_for(reason.findings, f"no workload was applied; {AGAIN}")
            raise
        self.begun.update(started)
        if not self.begun:
            return
        wait_for(self._claims, ("there",), self.patience, fix=AGAIN)
        missing = set(self.begun) - self.cluster.names(CLAIMS, self.found.move.into)
        if missing:
            text = f"kubectl does not see the restored claims {', '.join(sorted(missing))}"
            raise fail("namespace_refused", text, claims.OTHER_CONTEXT)

    def _claims(self) -> dict[str, Any]:
        """How many claims exist; ends the command if a restore failed."""
        move = self.found.move
        seen = {name: claims.state(self.api, move, restore) for name, restore in self.begun.items()}
        for name, each in seen.items():
            if each["state"] in claims.OVER:
                text = f"the restore of claim {name} {each['state']}: {each['text']}"
                raise fail("namespace_failed", text, f"no workload was applied; {AGAIN}")
        coming = [each for each in seen.values() if each["state"] in COMING]
        text = f"{len(seen) - len(coming)} of {len(seen)} claims exist"
        if coming:
            text = f"{text}; {coming[0]['text']}"
        ready = len(seen) - len(coming)
        return {"state": "waiting" if coming else "there", "text": text, "ready": ready, "total": len(seen)}

    def apply_objects(self) -> dict[str, str]:
        """Apply what is not applied yet; why by label for what was refused."""
        items = self.to_apply
        refused = apply(self.cluster, items, self.found.move.saved.run)
        before = sum(each["kind"] != "Namespace" for each in self.found.plan.objects) - len(items)
        done = f"applied {len(items) - len(refused)} of {counted(len(items), 'object')}"
        say(f"{done}; {before} were there before" if before else done)
        return refused

    def watch(self, refused: Mapping[str, str]) -> list[Trouble]:
        """Wait until the namespace is back; what is missing in the end. Raises KubectlFailed."""
        watch = Watch(self.api, self.cluster, self.found, self.target.resources, self.begun)
        coming = watch.until_whole(self.patience)
        return [*watch.missing(refused), *coming]

    def _rehearsed(self) -> list[Finding]:
        items = [*self.namespace, *self.to_apply]
        return rehearse(self.cluster, items, self.found.move.saved.run)


def refuse_for(found: Sequence[Finding], what_was_made: str) -> None:
    """Show findings; ends the command if one of them prevents the restore."""
    findings(found)
    if _refuse(found):
        raise fail("namespace_refused", f"this cannot work: {what_was_made}")


def _refuse(found: Sequence[Finding]) -> bool:
    return any(each["severity"] == ERROR for each in found)


def explained(error: KubectlFailed) -> typer.Exit:
    """The end of the command for an error of kubectl."""
    text = f"kubectl says: {'; '.join(str(error).splitlines())}"
    if FORBIDDEN in text:
        return fail("forbidden", text, "ask an admin of the cluster for that right, and repeat the command")
    return fail("kubectl_failed", text, AGAIN)
