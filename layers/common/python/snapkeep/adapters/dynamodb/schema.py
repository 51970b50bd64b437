"""How the journal's table is keyed. `infra` writes the same names into its table.

| item           | pk                      | sk           | also in index                         |
| -------------- | ----------------------- | ------------ | ------------------------------------- |
| run            | RUN#<run>               | RUN          | `runs`; `open` until it was announced |
| request        | REQUEST#<id>            | REQUEST      |                                       |
| point          | RUN#<run>               | POINT#<id>   | `points`                              |
| driver's mark  | MARK#<driver's tag>     | MARK         |                                       |
| what was left  | RUN#<run>               | LEFT#<page>  |                                       |
| first seen     | POLICY#<cluster>/<name> | SEEN         |                                       |
| pace           | PACE#<region>/<api>     | PACE         |                                       |
| deletion       | DELETION#<snapshot>     | DELETION     | `open` until it ended                 |
| absence        | ABSENCE#<snapshot>      | ABSENCE      |                                       |
| last prune     | CLUSTER#<cluster>       | PRUNE        |                                       |
| last sweep     | CLUSTER#<cluster>       | SWEEP        |                                       |
| prune lease    | CLUSTER#<cluster>       | LEASE        |                                       |
| refusal        | CLUSTER#<cluster>       | REFUSAL#<token>|                                     |
| its names      | CLUSTER#<cluster>       | REFUSED#<token>#<page>|                              |
| what was told  | CLUSTER#<cluster>       | TOLD         |                                       |
| gone claims    | CLUSTER#<cluster>       | GONE#<page>  |                                       |
| slots          | POLICY#<cluster>/<name> | SLOTS        |                                       |
| retentions     | POLICY#<cluster>/<name> | RETENTION    |                                       |
| hold           | HOLD#<snapshot>         | HOLDER#<who> | `open`, by its end                    |
| restore        | RESTORE#<id>            | RESTORE      | `runs`; `open` until it is cleaned up |
| catalogue      | CATALOGUE#<cluster>     | POINT <place>|                                       |
| when complete  | CATALOGUE#<cluster>     | COMPLETE     |                                       |
| incident       | INCIDENT#<instance>     | INCIDENT     | `runs`; `open` until it is closed     |
| copy           | COPIES#<place>          | <cluster>#<point> | `open` unless it is ready and locked |
| place's lease  | COPIES#<place>          | LEASE        |                                       |
| known place    | PLACES                  | <place>#<region> |                                   |
| loan           | LOAN#<snapshot>         | ACCOUNT#<account> | `runs`; `open` until it has ended |
| asked of vault | SOURCE#<source>         | ASKED#<point>|                                       |
| source's sign  | SOURCE#<source>         | HEARD        |                                       |
| check          | CHECKS#<cluster>        | <namespace> <claim> <point>|                         |
| looks begun    | LOOKS#<snapshot>        | BEGUN        |                                       |
| suspicion      | SUSPICIONS#<cluster>    | <point>      |                                       |
| saved objects  | OBJECTS#<cluster>       | <run> <namespace>|                                   |
| archive        | ARCHIVES#<cluster>      | <snapshot>   |                                       |
| files read     | FILES#<operation>       | OPERATION    |                                       |
| backup of EFS  | EFS#<file system>       | BACKUP#<id>  | `runs`; `open` until it has ended     |
| policy of such | EFS-POLICIES            | <name>       |                                       |
| restore of EFS | EFS-RESTORE#<id>        | RESTORE      | `runs`; `open` until it is done or failed |
| troubles       | TROUBLES#<kind>/<cluster>/<about> | PAGE#<page> |                               |
| API answer     | ANSWERS                 | api#<hash>   | (Powertools' idempotency records)     |

Items carry a number `format`; those without one have the first format (`table.py`). Lists skip items that
this version cannot read, and report them; reading such a record by itself raises UnreadableRecord. Keys are
strings, indexes hold keys only, and `expires_at` (epoch seconds) is the TTL of what has ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta

PK = "pk"
SK = "sk"
EXPIRES_AT = "expires_at"

POINTS_INDEX = "points"
POINTS_INDEX_KEYS = ("point_id",)
OPEN_INDEX = "open"
OPEN_INDEX_KEYS = ("open", "slot")
RUNS_INDEX = "runs"
RUNS_INDEX_KEYS = ("policy_key", "slot")

RUN = "RUN"
POINT_PREFIX = "POINT#"
LEFT_PREFIX = "LEFT#"
GONE_PREFIX = "GONE#"
REFUSAL_PREFIX = "REFUSAL#"
TROUBLE_PREFIX = "PAGE#"

KEEP_CLOSED = timedelta(days=90)
"""How long closed runs and their points stay for reports."""

KEEP_IN_VAULT = timedelta(days=14)
"""How long a vault's copy is remembered: each turn reads all, and a vault asked again answers at once."""

Key = dict[str, str]


def run_key(run_id: str) -> Key:
    """The key of a run."""
    return {PK: f"RUN#{run_id}", SK: RUN}


def request_key(request_id: str) -> Key:
    """The key of a request for a run; the item names the run."""
    return {PK: f"REQUEST#{request_id}", SK: "REQUEST"}


def point_key(run_id: str, point_id: str) -> Key:
    """The key of a point of a run."""
    return {PK: f"RUN#{run_id}", SK: POINT_PREFIX + point_id}


def mark_key(mark: str) -> Key:
    """The key of a driver's mark; its item names the point of a snapshot taken without tags."""
    return {PK: f"MARK#{mark}", SK: "MARK"}


def left_key(run_id: str, page: int) -> Key:
    """The key of a page of what a run skipped."""
    return {PK: f"RUN#{run_id}", SK: f"{LEFT_PREFIX}{page:04}"}


def seen_key(cluster: str, policy: str) -> Key:
    """The key of when a policy was first seen in a cluster."""
    return {PK: f"POLICY#{policy_key(cluster, policy)}", SK: "SEEN"}


def slots_key(cluster: str, policy: str) -> Key:
    """The key of the record of a policy's slots in a cluster."""
    return {PK: f"POLICY#{policy_key(cluster, policy)}", SK: "SLOTS"}


def retention_key(cluster: str, policy: str) -> Key:
    """The key of the retentions a policy had in a cluster."""
    return {PK: f"POLICY#{policy_key(cluster, policy)}", SK: "RETENTION"}


def absence_key(snapshot_id: str) -> Key:
    """The key of a snapshot that was away."""
    return {PK: f"ABSENCE#{snapshot_id}", SK: "ABSENCE"}


def deletion_key(snapshot_id: str) -> Key:
    """The key of the deletion of a snapshot."""
    return {PK: f"DELETION#{snapshot_id}", SK: "DELETION"}


def open_deletions_key(cluster: str) -> str:
    """The key of a cluster's open deletions in the `open` index."""
    return f"deletion/{cluster}"


def last_prune_key(cluster: str) -> Key:
    """The key of the last prune of a cluster."""
    return {PK: f"CLUSTER#{cluster}", SK: "PRUNE"}


def last_sweep_key(cluster: str) -> Key:
    """The key of the last sweep of a cluster."""
    return {PK: f"CLUSTER#{cluster}", SK: "SWEEP"}


OPEN_HOLDS = "hold"
"""The key of holds in the `open` index, sorted by their end."""


def hold_key(snapshot_id: str, holder: str) -> Key:
    """The key of a holder's hold on a snapshot."""
    return {PK: f"HOLD#{snapshot_id}", SK: f"HOLDER#{holder}"}


OPEN_RESTORES = "restore"
"""The key of open restores in the `open` index."""


def restore_key(restore_id: str) -> Key:
    """The key of a restore."""
    return {PK: f"RESTORE#{restore_id}", SK: "RESTORE"}


def restores_key(cluster: str, namespace: str) -> str:
    """The key of the restores into a namespace in the `runs` index."""
    return f"restore/{cluster}/{namespace}"


OPEN_INCIDENTS = "incident"
"""The key of open incidents in the `open` index."""


def incidents_key(cluster: str) -> str:
    """The key of a cluster's incidents in the `runs` index, sorted by their first notice."""
    return f"incident/{cluster}"


def incident_key(instance: str) -> Key:
    """The key of the incident of an instance."""
    return {PK: f"INCIDENT#{instance}", SK: "INCIDENT"}


def copy_key(place: str, cluster: str, point_id: str) -> Key:
    """The key of the copy of a point to a place; no name of a cluster contains a `#`."""
    return {PK: f"COPIES#{place}", SK: f"{cluster}#{point_id}"}


def place_lease_key(place: str) -> Key:
    """The key of the lease of a place."""
    return {PK: copy_key(place, "", "")[PK], SK: "LEASE"}


PLACES = "PLACES"
"""The partition of the places that were ever in the config and may have copies."""


def known_place_key(place: str, region: str) -> Key:
    """The key of a place in a Region."""
    return {PK: PLACES, SK: f"{place}#{region}"}


def open_copies_key(place: str) -> str:
    """The key, in the `open` index, of copies to a place that may be in progress."""
    return f"copy/{place}"


def failed_copies_key(place: str) -> str:
    """The key, in the `open` index, of copies to a place that failed."""
    return f"copy-failed/{place}"


def asked_copies_key(place: str) -> str:
    """The key, in the `open` index, of copies to a place that people asked for and that wait."""
    return f"copy-asked/{place}"


def cancelled_copies_key(place: str) -> str:
    """The key, in the `open` index, of copies to a place that people cancelled."""
    return f"copy-cancelled/{place}"


def unlocked_copies_key(place: str) -> str:
    """The key, in the `open` index, of copies in a place that are not locked as their rule asks."""
    return f"copy-unlocked/{place}"


ASKED_PREFIX = "ASKED#"


def asked_key(source: str, point: str) -> Key:
    """The key of what a source asked a vault for."""
    return {PK: f"SOURCE#{source}", SK: ASKED_PREFIX + point}


def heard_key(source: str) -> Key:
    """The key of when a source was heard last."""
    return {PK: f"SOURCE#{source}", SK: "HEARD"}


ENTRY_PREFIX = "POINT "
"""The prefix of a catalogue entry's sort key; its place in the list follows."""

BEHIND_ALL = "\U0010ffff"
"""Sorts after every text that has other characters here."""


def entry_key(cluster: str, place: str) -> Key:
    """The key of a catalogue entry."""
    return {PK: f"CATALOGUE#{cluster}", SK: ENTRY_PREFIX + place}


def catalogue_key(cluster: str) -> Key:
    """The key of when a catalogue was last complete."""
    return {PK: f"CATALOGUE#{cluster}", SK: "COMPLETE"}


def prune_lease_key(cluster: str) -> Key:
    """The key of the lease of a cluster's prune."""
    return {PK: last_prune_key(cluster)[PK], SK: "LEASE"}


def announced_key(cluster: str) -> Key:
    """The key of what was announced about a cluster."""
    return {PK: last_prune_key(cluster)[PK], SK: "TOLD"}


def gone_claims_key(cluster: str, page: int) -> Key:
    """The key of a page of a cluster's deleted claims."""
    return {PK: last_prune_key(cluster)[PK], SK: f"{GONE_PREFIX}{page:04}"}


def refusal_key(cluster: str, token: str) -> Key:
    """The key of a refusal of the brake."""
    return {PK: last_prune_key(cluster)[PK], SK: REFUSAL_PREFIX + token}


def refused_key(cluster: str, token: str, page: int) -> Key:
    """The key of a page of the snapshots that a refusal names."""
    return {PK: last_prune_key(cluster)[PK], SK: f"REFUSED#{token}#{page:04}"}


def troubles_key(kind: str, cluster: str, about: str, page: int) -> Key:
    """The key of a page of lasting troubles."""
    return {PK: f"TROUBLES#{kind}/{cluster}/{about}", SK: f"{TROUBLE_PREFIX}{page:04}"}


def pace_key(name: str) -> Key:
    """The key of a pace bucket."""
    return {PK: f"PACE#{name}", SK: "PACE"}


def policy_key(cluster: str, policy: str) -> str:
    """The key of a policy's runs in the `runs` index."""
    return f"{cluster}/{policy}"


def expiry(closed: datetime, keep: timedelta = KEEP_CLOSED) -> int:
    """Epoch seconds at which an item that ended then may expire."""
    return int((closed + keep).timestamp())
