"""Whether namespaces are restorable whole, as response bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.domain.objects.view.wholeness import Lack, Wholeness
from snapkeep.domain.objects.view.words import in_words, unasked_in_words
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.body import Body

if TYPE_CHECKING:
    from snapkeep.domain.objects.view.wholeness import NamespaceStands


class MissingModel(Body):
    """What a restore of the namespace would lack, and why; `name` is "" where it is about the whole
    archive."""

    lack: Lack
    name: str
    why: str


class LeftOutModel(Body):
    """Objects of a kind that were not saved, why, and the names of the first."""

    kind: str
    reason: str
    count: int
    names: list[str]


class NamespaceModel(Body):
    """Whether a namespace is restorable whole, by the objects that `run` saved ("" if none did) and the
    recovery points of that run.

    `words` says it in a sentence, `missing` one by one. `kinds` counts the saved objects by kind. `left_out`
    counts those that were not saved, and `left_out_because` has the first reasons. `secrets` counts Secrets
    that saved objects name and that are not saved, `secrets_saved` those that are saved, encrypted.
    `not_looked_for` names kinds of CRDs that nobody asked for, in words. `gone` says that the cluster has no
    claim of the namespace any more.
    """

    namespace: str
    state: Wholeness
    words: str
    run: str
    saved_at: str | None
    objects: int
    kinds: dict[str, int]
    left_out: int
    left_out_because: list[LeftOutModel]
    secrets: int
    secrets_saved: int
    missing: list[MissingModel]
    not_looked_for: str
    gone: bool


def namespace_model(stands: NamespaceStands) -> NamespaceModel:
    """How a namespace stands as a response body."""
    saved = stands.saved
    return NamespaceModel(
        namespace=stands.namespace,
        state=stands.state,
        words=in_words(stands),
        run=saved.subject.run if saved else "",
        saved_at=to_second(saved.at) if saved else None,
        objects=saved.objects if saved else 0,
        kinds=dict(saved.summary.kinds) if saved and saved.summary else {},
        left_out=saved.left_out if saved else 0,
        left_out_because=[
            LeftOutModel(kind=each.kind, reason=each.reason, count=each.count, names=list(each.names))
            for each in (saved.summary.left_out if saved and saved.summary else ())
        ],
        secrets=saved.secrets if saved else 0,
        secrets_saved=saved.secrets_saved if saved else 0,
        missing=[MissingModel(lack=each.lack, name=each.name, why=each.why) for each in stands.missing],
        not_looked_for=unasked_in_words(stands),
        gone=stands.gone,
    )
