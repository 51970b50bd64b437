"""What can go wrong, in our words.

SnapkeepError
├── TemporaryError     a retry can help; carries how long to wait
│   ├── Throttled            refused for now: it is certain that nothing was done
│   │   └── BudgetBlocks         a PodDisruptionBudget keeps a pod
│   ├── TookTooLong          more time is needed than the caller has
│   └── ClusterUnreachable   the Kubernetes API did not answer
└── PermanentError     a retry cannot help; carries what to do next
    ├── NotFound       the named thing does not exist
    │   └── UnknownCluster   the config names no such cluster
    ├── Invalid        what was asked makes no sense
    │   └── BadCursor        a page was asked for by a cursor that is none
    ├── ForeignSource  what was asked for belongs to somebody else
    ├── Forbidden      AWS refuses our role this call on this thing
    ├── NameTaken      an object of this name exists and is not ours
    ├── UnreadableRecord   this version cannot read an item of the journal
    ├── NotAdmitted    the cluster lets us ask, and refuses this object: a quota, a policy, a webhook
    └── GroupRefused   EC2 refused to take a crash-consistent group

Only the raiser knows whether a retry helps, so the raiser chooses the branch.
"""

from __future__ import annotations

from datetime import timedelta


class SnapkeepError(Exception):
    """Everything Snapkeep raises on purpose; `reason` is plain text for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TemporaryError(SnapkeepError):
    """A later attempt may succeed; try again after `delay`."""

    def __init__(self, reason: str, delay: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(reason)
        self.delay = delay


class Throttled(TemporaryError):
    """AWS or Kubernetes refused the call for now, and certainly did nothing.

    Any other TemporaryError from a call that creates leaves open whether it happened.
    """


class BudgetBlocks(Throttled):
    """A PodDisruptionBudget does not let a pod go now; the text is what Kubernetes says of it."""


class TookTooLong(TemporaryError):
    """It needs more time than the caller has; the text says how to do it otherwise."""


class ClusterUnreachable(TemporaryError):
    """The Kubernetes API of a cluster did not answer, or answered with a server error."""


class PermanentError(SnapkeepError):
    """No later attempt can succeed without somebody changing something."""


class NotFound(PermanentError):
    """The named thing does not exist (any more)."""


class UnknownCluster(NotFound):
    """The config names no such cluster."""


class Invalid(PermanentError):
    """What was asked makes no sense; the text says what would."""


class BadCursor(Invalid):
    """A page was asked for by a cursor that is none of ours, or belongs to another list."""


class ForeignSource(PermanentError):
    """What was asked for belongs to another namespace or cluster than the caller may read here."""


class Forbidden(PermanentError):
    """AWS refuses our role this call on this thing as it is now."""


class NameTaken(PermanentError):
    """An object with the name we need exists and was not made by us."""


class UnreadableRecord(PermanentError):
    """This version cannot read an item of the journal: a newer one wrote it, or it was damaged.

    Nothing is concluded from such an item, and nothing is written over it.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"this version cannot read the journal's record {name} ({why}). If a newer version was deployed "
            "before, deploy that one again"
        )
        self.name = name


class NotAdmitted(PermanentError):
    """The cluster lets us make such objects and refuses this one: a quota, a policy, a webhook, or its
    namespace is being deleted. Certainly nothing was made by the call."""


class GroupRefused(PermanentError):
    """EC2 refused CreateSnapshots for a group; its members may still be taken one by one."""
