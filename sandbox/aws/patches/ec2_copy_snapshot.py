"""CopySnapshot makes a snapshot of its own, pending for a while, at the Region that is called.

AWS: the source must be completed and not archived; 20 copies may be in progress in a destination Region; a
copy has its own tags, key, description and start time and the volume id vol-ffffffff; a key that cannot be
used is found out later, and the copy ends in `error` with a StateMessage (API CopySnapshot; EBS user guide,
"Copy an Amazon EBS snapshot", "Time-based copies" and "Quotas for Amazon EBS"). There is no ClientToken.
ministack: the copy is the source's record under a new id, completed at once: tags, key and encryption of the
request are ignored, permissions and the sandbox's own marks come along.
"""

from typing import Any

from ministack.services import ec2, kms

from sandbox.aws import copies, kms_keys, tiers
from sandbox.aws.copies import Order
from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.patches.ec2_snapshots import requested_tags
from sandbox.aws.patches.iam_ec2 import caller_may
from sandbox.aws.private import require, require_keys
from sandbox.aws.scope import request_scope
from sandbox.aws.snapshots import settle_due
from sandbox.aws.world import World

Record = dict[str, Any]
MINUTES = range(15, 2881, 15)
"""The completion durations of time-based copies."""
ON_SOURCE_KEY = ("DescribeKey", "CreateGrant", "Decrypt", "ReEncryptFrom")
ON_NEW_KEY = ("DescribeKey", "CreateGrant", "GenerateDataKeyWithoutPlaintext", "ReEncryptTo")
"""What a caller needs on the keys (EBS user guide, "Requirements for Amazon EBS encryption")."""


def install(world: World) -> None:
    """Replace CopySnapshot, and show what only copies have."""
    require(ec2, "_ACTION_MAP", "_snapshots", "_p", "_esc", "_snapshot_inner_xml", "_tag_set_xml")
    require(ec2, "get_account_id", "get_region")
    require(kms, "_resolve_key", "_create_key", "_keys", "_aliases", "_alias_arn", "_key_metadata")
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", "CopySnapshot")
    ec2._ACTION_MAP["CopySnapshot"] = lambda params: _copy(world, params)
    shown, metadata = ec2._snapshot_inner_xml, kms._key_metadata
    ec2._snapshot_inner_xml = lambda record: shown(record) + _more_xml(record)
    kms._key_metadata = lambda key: {
        **metadata(key),
        **({"KeyManager": "AWS"} if kms_keys.is_managed(key) else {}),
    }


def _copy(world: World, params: Params) -> Answer:
    settle_due(world)
    if refused := _malformed(params):
        return refused
    if ec2._p(params, "SourceRegion") in world.settings.lost_regions:
        return error("Unavailable", f"{ec2._p(params, 'SourceRegion')} does not answer.", 503)
    name = ec2._p(params, "SourceSnapshotId")
    source = copies.find_source(ec2._p(params, "SourceRegion"), name)
    if source is None:
        return error("InvalidSnapshot.NotFound", f"The snapshot '{name}' does not exist.")
    if refused := _not_now(world, source):
        return refused
    record = copies.begin(world, _order(params, source))
    return xml(
        "CopySnapshotResponse",
        f"<snapshotId>{record['SnapshotId']}</snapshotId>{ec2._tag_set_xml(record['SnapshotId'])}",
    )


def _malformed(params: Params) -> Answer | None:
    for member in ("SourceRegion", "SourceSnapshotId"):
        if not ec2._p(params, member):
            return error("MissingParameter", f"The request must contain the parameter {member}")
    encrypted, minutes = ec2._p(params, "Encrypted"), ec2._p(params, "CompletionDurationMinutes")
    if encrypted == "false":
        return error("InvalidParameterValue", "Encrypted cannot be false; leave it out.")
    if ec2._p(params, "KmsKeyId") and not encrypted:
        return error(
            "InvalidParameterDependency",
            "The parameter [KmsKeyId] requires the parameter Encrypted to be set.",
        )
    if minutes and int(minutes) not in MINUTES:
        return error(
            "InvalidParameterValue",
            f"Value ({minutes}) for parameter completionDurationMinutes is invalid. "
            "Specify 15 to 2880 minutes in increments of 15.",
        )
    return None


def _not_now(world: World, source: Record) -> Answer | None:
    name, most = source["SnapshotId"], world.settings.copies_in_progress
    if source["State"] != "completed":
        return error("IncorrectState", f"Snapshot {name} is {source['State']}, not completed.")
    if tiers.is_archived(world, source):
        return error("IncorrectState", f"Snapshot {name} is in the archive tier.")
    if copies.in_progress(world, (ec2.get_account_id(), ec2.get_region())) >= most:
        return error(
            "ResourceLimitExceeded",
            f"Too many snapshot copies in progress. The limit is {most} for this destination region.",
        )
    return None


def _order(params: Params, source: Record) -> Order:
    asked, region = ec2._p(params, "KmsKeyId"), ec2._p(params, "SourceRegion")
    encrypted = source["Encrypted"] or ec2._p(params, "Encrypted") == "true"
    key = (kms_keys.find(asked) if asked else kms_keys.default_key()) if encrypted else None
    is_open = not encrypted or (key is not None and _is_open(key, ON_NEW_KEY))
    return Order(
        source=source,
        source_region=region,
        description=ec2._p(params, "Description"),
        key=key["Arn"] if key else (asked if encrypted else ""),
        key_is_open=is_open and _source_is_open(source, region),
        minutes=int(ec2._p(params, "CompletionDurationMinutes") or 0),
        tags=requested_tags(params, "snapshot"),
    )


def _source_is_open(source: Record, region: str) -> bool:
    arn = source.get("KmsKeyId", "")
    if not arn:
        return True
    with request_scope(source["OwnerId"], region):
        key = kms_keys.find(arn)
    return key is not None and _is_open(key, ON_SOURCE_KEY)


def _is_open(key: kms_keys.Key, actions: tuple[str, ...]) -> bool:
    """True if EBS may use the key for the caller; its own aws/ebs key is open to the whole account."""
    if kms_keys.is_managed(key):
        return True
    region = key["Arn"].split(":")[3]
    context = {"kms:ViaService": f"ec2.{region}.amazonaws.com", "kms:GrantIsForAWSResource": "true"}
    return kms_keys.is_usable(key) and all(caller_may(f"kms:{each}", key["Arn"], context) for each in actions)


def _more_xml(record: Record) -> str:
    more = {
        "kmsKeyId": record.get("KmsKeyId"),
        "statusMessage": ec2._esc(record.get("StateMessage", "")),
        "completionTime": record.get("CompletionTime"),
        "transferType": record.get("TransferType"),
        "completionDurationMinutes": record.get("CompletionDurationMinutes"),
        "fullSnapshotSizeInBytes": record.get("FullSnapshotSizeInBytes"),
    }
    return "".join(f"<{name}>{value}</{name}>" for name, value in more.items() if value)
