"""Every error that Snapkeep raises.

SnapkeepError
├── TemporaryError     a retry can help; carries how long to wait
│   ├── Throttled            refused for now; nothing was done
│   │   └── BudgetBlocks         a PodDisruptionBudget blocks an eviction
│   ├── TokenExpired         a block of a snapshot must be listed anew
│   ├── TookTooLong          more time is needed than the caller has
│   └── ClusterUnreachable   the Kubernetes API did not answer
└── PermanentError     a retry cannot help; carries what to do next
    ├── NotFound       the named thing does not exist
    │   └── UnknownCluster   the config names no such cluster
    ├── Invalid        the request makes no sense
    │   ├── BadCursor        the cursor of a page request is not valid
    │   └── UnknownVersion   a message of another release, which this one cannot read
    ├── UnknownVolume  a volume holds what cannot be read here
    ├── BrokenVolume   what a volume holds contradicts itself
    ├── TooLarge       the answer does not fit
    ├── ForeignSource  the requested object belongs to somebody else
    ├── Forbidden      AWS refuses our role this call on this thing
    ├── NameTaken      an object of this name exists and is not ours
    ├── UnreadableRecord   this version cannot read an item of the journal
    ├── NotAdmitted    the cluster refuses this object: a quota, a policy, a webhook
    ├── CopyRefused    a copy cannot be made or cancelled as somebody asks
    ├── FilesRefused   files of a recovery point cannot be read as somebody asks
    ├── LoanRefused    a copy cannot be lent or borrowed as somebody asks
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
    """AWS or Kubernetes refused the call for now and certainly did nothing.

    After any other TemporaryError, a create may or may not have happened.
    """


class BudgetBlocks(Throttled):
    """A PodDisruptionBudget blocks an eviction for now; the text is Kubernetes' own."""


class TokenExpired(TemporaryError):
    """The token of a snapshot's block is no longer valid."""


class TookTooLong(TemporaryError):
    """The work needs more time than the caller has; the text says how else to do it."""


class ClusterUnreachable(TemporaryError):
    """The Kubernetes API of a cluster did not answer, or answered with a server error."""


class PermanentError(SnapkeepError):
    """No attempt can succeed until somebody changes something."""


class NotFound(PermanentError):
    """The named thing does not exist (any more)."""


class UnknownCluster(NotFound):
    """The config names no such cluster."""


class Invalid(PermanentError):
    """The request makes no sense; the text says what would."""


class BadCursor(Invalid):
    """The cursor of a page request was not issued here, or belongs to another list."""


class UnknownVersion(Invalid):
    """A message is of another version than this release reads."""


class UnknownVolume(PermanentError):
    """A volume holds no file system that can be read here."""


class BrokenVolume(PermanentError):
    """What a volume holds contradicts itself."""


class TooLarge(PermanentError):
    """The answer is too large to pass on; the text says how to ask for less."""


class ForeignSource(PermanentError):
    """The requested object belongs to a namespace or cluster that the caller may not read here."""


class Forbidden(PermanentError):
    """AWS denies our role this call on this object in its present state."""


class NameTaken(PermanentError):
    """An object with the name we need exists, and we did not create it."""


class UnreadableRecord(PermanentError):
    """This version cannot read an item of the journal: a newer one wrote it, or it was damaged.

    Such an item is neither interpreted nor overwritten.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"this version cannot read the journal's record {name} ({why}). If a newer version was deployed "
            "earlier, deploy that one again"
        )
        self.name = name


class NotAdmitted(PermanentError):
    """The cluster allows such objects but refuses this one: a quota, a policy, a webhook, or its namespace is
    being deleted. The call certainly created nothing."""


class CopyRefused(PermanentError):
    """The copy that somebody asks for cannot be made, or cannot be cancelled; `fix` says what would help."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.fix = fix


class FilesRefused(PermanentError):
    """Files of a recovery point cannot be read as somebody asks; `fix` says what would help, and `kind` is
    one of `domain.files.problems`."""

    def __init__(self, reason: str, fix: str, kind: str) -> None:
        super().__init__(reason)
        self.fix = fix
        self.kind = kind


class LoanRefused(PermanentError):
    """The copy that somebody asks for cannot be lent or borrowed; `fix` says what would help."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.fix = fix


class GroupRefused(PermanentError):
    """EC2 refused CreateSnapshots for a group; its members may still be snapshotted one by one."""
