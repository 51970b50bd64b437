"""The labels and annotations under `snapkeep.io/` that people or Snapkeep put on Kubernetes objects.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""

from __future__ import annotations

PREFIX = "snapkeep.io/"
"""The prefix of Snapkeep's own labels, which nobody may request on a restored claim."""

EXCLUDE = "snapkeep.io/exclude"
"""Label that people put on a claim: "true" keeps it out of all backups."""

POLICY = "snapkeep.io/policy"
"""Label that people put on a claim to choose its policy; we write it on VolumeSnapshots, as label and
annotation."""

MANAGED = "snapkeep.io/managed"
CLAIM = "snapkeep.io/claim"
"""Labels of our VolumeSnapshots, for people and selectors."""

RUN = "snapkeep.io/run"
SLOT = "snapkeep.io/slot"
CLAIM_UID = "snapkeep.io/claim-uid"
NONCE = "snapkeep.io/nonce"
"""Annotations of our VolumeSnapshots: with run and UID, the nonce that nobody can guess proves
that we made it."""

RESTORED = "snapkeep.io/restored"
"""Label of everything that a restore creates, for people and selectors."""

RESTORE = "snapkeep.io/restore"
"""Annotation with the id of the restore that created an object: nothing else deletes it."""

RESTORED_FROM = "snapkeep.io/restored-from"
ZONE = "snapkeep.io/zone"
"""Annotations of restored claims: the recovery point, and the zone that was asked for. On other objects
RESTORED_FROM is the run from whose archive somebody applied them."""

CORDON = "snapkeep.io/cordon"
"""Annotation of a node that we cordoned: why, when, and its state before."""

OUT_OF_SERVICE = "snapkeep.io/out-of-service"
"""Annotation of a node that we tainted, so that we never remove anybody else's taint."""
