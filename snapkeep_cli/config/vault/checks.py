"""Checks of a vault's file that need several keys at once.

Like `config.checks` they read plain data that may still be wrong in other ways. The account of the vault is
that of its key: no other key may encrypt its copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from snapkeep.domain.copies.places import partition_of
from snapkeep.domain.vault.borrowing import PLACE
from snapkeep_cli.config.copy_checks import RESERVED, locked_too_long, region_of
from snapkeep_cli.config.errors import Location, Problem

HERE: Location = ("vault",)
SOURCES: Location = ("vault", "sources")
OF_BACKUPS = (
    "clusters",
    "defaults",
    "policies",
    "places",
    "adopt",
    "borrow",
    "checks",
    "files",
    "pace",
    "accept",
    "orphans",
    "interruption",
)
"""Keys of a file with clusters, which say nothing in a vault."""


def check_vault(document: Mapping[str, Any]) -> Iterator[Problem]:
    """The problems of a vault's file that need a view of the whole document."""
    vault = _mapping(document.get("vault"))
    for key in OF_BACKUPS:
        if key in document:
            text = "has no meaning for a vault, which backs up no clusters; remove it, or remove vault"
            yield Problem((key,), text)
    if "vpc" in _mapping(document.get("deployment")):
        yield Problem(
            ("deployment", "vpc"), "is for functions that talk to clusters; a vault has none: remove it"
        )
    yield from _key_elsewhere(vault)
    yield from _lends(vault)
    yield from locked_too_long(HERE, vault)
    yield from _sources(vault)


def _key_elsewhere(vault: Mapping[str, Any]) -> Iterator[Problem]:
    """A key encrypts in its own Region only.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
    """
    parts, region = str(vault.get("kms_key")).split(":"), region_of(vault)
    if len(parts) > 3 and region and parts[3] != region:
        text = f"is a key in {parts[3]}, and the vault is in {region}; use a key in {region}"
        yield Problem((*HERE, "kms_key"), text)


def _account_of(vault: Mapping[str, Any]) -> str:
    """The account of the vault; "" if its key is no ARN."""
    parts = str(vault.get("kms_key")).split(":")
    return parts[4] if len(parts) > 5 else ""


def _lends(vault: Mapping[str, Any]) -> Iterator[Problem]:
    listed = [str(account) for account in _list(vault.get("lend_to"))]
    for index, account in enumerate(listed):
        at: Location = (*HERE, "lend_to", index)
        if account in listed[:index]:
            yield Problem(at, f"{account} is listed twice; remove one")
        elif account == _account_of(vault):
            yield Problem(at, f"{account} is the account of the vault, which needs no loan; remove it")


def _sources(vault: Mapping[str, Any]) -> Iterator[Problem]:
    names: dict[tuple[str, str, str], str] = {}
    for name, source in _mapping(vault.get("sources")).items():
        here: Location = (*SOURCES, str(name))
        if name == PLACE:
            yield Problem(here, RESERVED)
        if isinstance(source, dict):
            yield from _own_account(here, source, vault)
            yield from _other_partition(here, source, vault)
            if "account" in source and region_of(source):
                yield from _twice(here, str(name), source, names)
            yield from _cluster_twice(here, source)
            yield from _keeping(here, source, vault)


def _own_account(here: Location, source: Mapping[str, Any], vault: Mapping[str, Any]) -> Iterator[Problem]:
    account = str(source.get("account"))
    if account == _account_of(vault):
        text = (
            f"{account} is the account of the vault's key, and an admin there could delete points and "
            "copies alike; deploy the vault in another account, or copy within this one by places, in the "
            "source's file"
        )
        yield Problem((*here, "account"), text)


def _other_partition(
    here: Location, source: Mapping[str, Any], vault: Mapping[str, Any]
) -> Iterator[Problem]:
    ours, theirs = region_of(vault), region_of(source)
    if ours and theirs and partition_of(ours) != partition_of(theirs):
        text = f"EC2 copies nothing from {theirs} to {ours}, which belongs to another partition of AWS"
        yield Problem((*here, "region"), f"{text}; give that partition a vault of its own")


def _twice(
    here: Location, name: str, source: Mapping[str, Any], names: dict[tuple[str, str, str], str]
) -> Iterator[Problem]:
    """A request says account, Region and deployment, which must lead to one source."""
    account, region = str(source.get("account")), str(source.get("region"))
    deployment = str(source.get("deployment", "snapkeep"))
    other = names.setdefault((account, region, deployment), name)
    if other != name:
        text = f"deployment {deployment} in {region} of account {account} is also the source {other}"
        yield Problem(here, f"{text}; keep one, with the clusters of both")


def _cluster_twice(here: Location, source: Mapping[str, Any]) -> Iterator[Problem]:
    listed = _list(source.get("clusters"))
    for index, name in enumerate(listed):
        if name in listed[:index]:
            yield Problem((*here, "clusters", index), f"{name!r} is listed twice; remove one")


def _keeping(here: Location, source: Mapping[str, Any], vault: Mapping[str, Any]) -> Iterator[Problem]:
    """Each source has a retention, its own or the vault's, and no lock that contradicts it."""
    own = {key for key in ("lock", "retention") if key in source}
    if "retention" not in source and "retention" not in vault:
        yield Problem((*here, "retention"), "is missing; give it here or in vault.retention")
    elif own:
        yield from locked_too_long(here, {**vault, **{key: source[key] for key in own}})


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
