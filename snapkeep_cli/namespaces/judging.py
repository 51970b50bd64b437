"""Judges whether a namespace is back: its claims bound, its pods running, its objects there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from snapkeep.domain.objects.manifests import name_of
from snapkeep.domain.objects.references import references
from snapkeep_cli.namespaces.pods import is_fine, is_over, latest, missing_secrets, why_not

Document = Mapping[str, Any]

MAKERS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job")
"""Kinds that make pods at once."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is missing (`Deployment web`), why, and the command that helps or shows more. What `waits` may
    come by itself."""

    what: str
    why: str
    next: str
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What the cluster and the API show: pods, workloads and replica sets; warnings; restores by claim; and
    Secrets that do not exist though saved objects name them."""

    living: Sequence[Document]
    restores: Mapping[str, Document] = field(default_factory=dict)
    events: Sequence[Document] = ()
    absent: frozenset[str] = frozenset()

    @property
    def pods(self) -> list[Document]:
        """The pods that count."""
        return [each for each in self.living if each.get("kind") == "Pod" and not is_over(each)]


def judge(planned: Sequence[Document], seen: Seen, namespace: str) -> list[Trouble]:
    """What is missing of the planned workloads and of the claims."""
    there = {(each.get("kind"), name_of(each)): each for each in seen.living}
    found: list[Trouble] = []
    for item in planned:
        kind, name = str(item.get("kind")), name_of(item)
        live = there.get((kind, name))
        if live is None:
            continue
        if kind == "Pod" and (why := why_not(live, seen.absent, seen.events)):
            found.append(Trouble(f"Pod {name}", why, _next(live, seen, namespace)))
        elif kind in MAKERS:
            found += _of_workload(live, seen, namespace)
    return [*_of_claims(seen, namespace), *found]


def _of_claims(seen: Seen, namespace: str) -> Iterator[Trouble]:
    """A claim that no pod uses binds later: it is not missing."""
    used = {claim for pod in seen.pods for claim in references(pod).claims}
    for name, each in sorted(seen.restores.items()):
        state, text = str(each["state"]), str(each["text"])
        look = f"snapkeep get restore {each['id']} -n {namespace}"
        if state in ("failed", "removed"):
            yield Trouble(f"claim {name}", f"its restore {state}: {text}", look, waits=False)
        elif state != "bound" and (state != "waiting_for_consumer" or name in used):
            yield Trouble(f"claim {name}", text, look)


def _of_workload(item: Document, seen: Seen, namespace: str) -> Iterator[Trouble]:
    sets = [each for each in seen.living if each.get("kind") == "ReplicaSet" and _is_made_by(each, item)]
    makers = [item, *sets]
    pods = [pod for pod in seen.pods if any(_is_made_by(pod, maker) for maker in makers)]
    running, wanted = sum(map(is_fine, pods)), _wanted(item)
    if wanted is not None and running >= wanted:
        return
    ill = next((pod for pod in pods if not is_fine(pod)), None)
    if ill is not None:
        why = f"pod {name_of(ill)}: {why_not(ill, seen.absent, seen.events)}"
    else:
        why = _failure(makers) or latest(seen.events, *makers) or "its pods do not exist yet"
    counts = f"{running} of {wanted} pods run" if wanted is not None else "not checked yet"
    yield Trouble(f"{item['kind']} {name_of(item)}", f"{counts}; {why}", _next(ill or item, seen, namespace))


def _wanted(item: Document) -> int | None:
    """How many pods a workload wants to run; None for a daemon set that its controller has not seen."""
    spec, status = item.get("spec") or {}, item.get("status") or {}
    if item["kind"] == "DaemonSet":
        seen = int(status.get("observedGeneration") or 0) >= int(item["metadata"].get("generation") or 1)
        return int(status.get("desiredNumberScheduled") or 0) if seen else None
    if item["kind"] != "Job":
        return int(spec.get("replicas", 1))
    done = any(each.get("type") == "Complete" and each.get("status") == "True" for each in _conditions(item))
    return 0 if spec.get("suspend") or done else 1


def _is_made_by(item: Document, maker: Document) -> bool:
    owners = item["metadata"].get("ownerReferences") or ()
    whose = (maker.get("kind"), name_of(maker))
    return any(each.get("controller") and (each.get("kind"), each.get("name")) == whose for each in owners)


def _failure(makers: Sequence[Document]) -> str:
    """What keeps a controller from making pods, such as a quota or Pod Security.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment"""
    for item in makers:
        for each in _conditions(item):
            if each.get("type") in ("ReplicaFailure", "Failed") and each.get("status") == "True":
                return str(each.get("message") or each.get("reason"))
    return ""


def _conditions(item: Document) -> Sequence[Document]:
    return (item.get("status") or {}).get("conditions") or ()


def _next(item: Document, seen: Seen, namespace: str) -> str:
    if item.get("kind") == "Pod" and (named := missing_secrets(item, seen.absent)):
        return f"kubectl create secret generic {named[0]} -n {namespace} …"
    return f"kubectl describe {str(item['kind']).lower()} {name_of(item)} -n {namespace}"
