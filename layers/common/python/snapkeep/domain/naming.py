"""Names that are always valid, always short enough, and never equal for different things.

A text that does not fit is trimmed, and a hash of the whole text is added, so that two long names with the
same beginning stay apart. Such a name is never parsed.
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime

from snapkeep.domain.drivers import DRIVERS, EBS_CSI, Driver
from snapkeep.domain.times import compact

LABEL_LIMIT = 63
"""Characters of a DNS-1123 label and of a Kubernetes label value."""

NAME_LIMIT = 253
"""Characters of a DNS-1123 subdomain, which names of most Kubernetes objects are."""

TAG_VALUE_LIMIT = 256
"""Characters of an EC2 tag value.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
"""

HASH_LENGTH = 10
_DEPLOYMENT = re.compile(r"[a-z][a-z0-9-]{0,20}")
DEPLOYMENT_NAMES = "1 to 21 of a-z, 0-9 and dashes, a letter first"
"""What `is_deployment_name` accepts, for error messages."""
_DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?")


def point_id(
    claim_name: str, cluster: str, claim_uid: str, policy: str, slot: datetime, deployment: str = ""
) -> str:
    """The name of the recovery point of a claim under a policy at a slot (aware): a DNS-1123 label.

    The beginning is for people; the hash over deployment, cluster, claim UID, policy and slot makes it
    unique, so a claim that was deleted and recreated under its old name gets different points. Runs from
    before deployments had names have an empty `deployment`.
    """
    time = compact(slot)
    whose = (deployment,) if deployment else ()
    digest = short_hash(cluster, claim_uid, policy, time, *whose)
    room = LABEL_LIMIT - len(time) - len(digest) - 2
    base = re.sub(r"[^a-z0-9]+", "-", claim_name.lower())[: room + 1].strip("-")[:room].rstrip("-")
    return f"{base or 'claim'}-{time.lower()}-{digest}"


def is_name(text: str) -> bool:
    """True for a DNS-1123 label, as the name of a namespace must be."""
    return len(text) <= LABEL_LIMIT and _DNS_LABEL.fullmatch(text) is not None


def is_claim_name(text: str) -> bool:
    """True for a DNS-1123 subdomain, as the name of a claim must be."""
    return len(text) <= NAME_LIMIT and _DNS_SUBDOMAIN.fullmatch(text) is not None


def is_deployment_name(text: str) -> bool:
    """True for what the setting `prefix` may be: DEPLOYMENT_NAMES."""
    return _DEPLOYMENT.fullmatch(text) is not None


def is_label(key: str, value: str) -> bool:
    """True for a label that Kubernetes accepts.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
    """
    prefix, slash, name = key.rpartition("/")
    if slash and not is_claim_name(prefix):
        return False
    named = 0 < len(name) <= LABEL_LIMIT and _LABEL_VALUE.fullmatch(name)
    return bool(named and len(value) <= LABEL_LIMIT and _LABEL_VALUE.fullmatch(value))


def snapshot_class(cluster: str, driver: Driver = EBS_CSI) -> str:
    """The name of our VolumeSnapshotClass for a driver; cluster names may contain capitals and `_`."""
    name = f"snapkeep-{cluster}"
    valid = re.sub(r"[^a-z0-9-]+", "-", name.lower()).rstrip("-")
    return (name if valid == name else f"{valid}-{short_hash(cluster)}") + driver.class_suffix


def snapshot_classes(cluster: str) -> frozenset[str]:
    """The names of all our VolumeSnapshotClasses in an EKS cluster."""
    return frozenset(snapshot_class(cluster, driver) for driver in DRIVERS.values())


def efs_vault(prefix: str) -> str:
    """The vault of AWS Backup in which a deployment keeps recovery points of file systems."""
    return f"{prefix}-efs"


def backup_schedule(policy: str) -> str:
    """The name of a policy's schedule. The dot keeps it apart from the schedules of our functions."""
    return label_value(f"backup.{policy}")


def forward_rule(deployment: str, place: str) -> str:
    """The name of the rule in a place's Region that forwards what EC2 says about copies."""
    return f"{deployment}-{place}-copies-ended"


def label_value(text: str) -> str:
    """The text as a Kubernetes label value: itself when valid, else made valid, trimmed and hashed."""
    if len(text) <= LABEL_LIMIT and _LABEL_VALUE.fullmatch(text):
        return text
    base = re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[: LABEL_LIMIT - HASH_LENGTH - 1].strip("-_.")
    return f"{base}-{short_hash(text)}" if base else short_hash(text)


def tag_value(text: str) -> str:
    """The text as an EC2 tag value: itself when it fits, else printable, trimmed and hashed."""
    if len(text) <= TAG_VALUE_LIMIT and text.isprintable():
        return text
    printable = "".join(letter if letter.isprintable() else "_" for letter in text)
    return f"{printable[: TAG_VALUE_LIMIT - HASH_LENGTH - 1]}-{short_hash(text)}"


def one_line(text: str) -> str:
    r"""The text with all that is not printable escaped, as `\x1b`, also bytes that are no UTF-8."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def short_hash(*parts: str) -> str:
    """Hex digits over all parts; JSON keeps ("a", "bc") and ("ab", "c") apart."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:HASH_LENGTH]
