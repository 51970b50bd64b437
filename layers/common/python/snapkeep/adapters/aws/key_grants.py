"""Grants on a vault's key, by which borrowers may copy what is under it.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.session import code_of, our_errors, said
from snapkeep.domain.errors import Forbidden, NotFound
from snapkeep.domain.vault.loans import OPERATIONS, Grant, grant_name, read_grant_name, root_of

FORBIDDEN = "AccessDeniedException"
MISSING = "NotFoundException"

_ACCOUNT = re.compile(r"[0-9]{12}")


class KmsGrants:
    """Implements the Grants port with the KMS of the keys' Region."""

    def __init__(self, kms: Any) -> None:
        self._kms = kms

    def grant(self, key: str, snapshot_id: str, account: str) -> None:
        """CreateGrant; with the same name and terms it makes no second grant.

        No constraint names the snapshot: EBS keeps one data key for all incremental copies of a volume, whose
        encryption context names the first of them.
        https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html
        """
        with _errors(f"grant {account} the use of {key}"):
            self._kms.create_grant(
                KeyId=key,
                GranteePrincipal=root_of(account, key.split(":")[3]),
                Operations=list(OPERATIONS),
                Name=grant_name(snapshot_id, account),
            )

    def revoke(self, grant: Grant) -> None:
        with suppress(NotFound), _errors(f"revoke the grant of {grant.account} on {grant.key}"):
            self._kms.revoke_grant(KeyId=grant.key, GrantId=grant.id)

    def of_loans(self, key: str) -> Iterator[Grant]:
        with suppress(NotFound), _errors(f"list the grants on {key}"):
            for page in self._kms.get_paginator("list_grants").paginate(KeyId=key):
                yield from (grant for item in page["Grants"] if (grant := _grant_of(key, item)))


def _grant_of(key: str, item: Mapping[str, Any]) -> Grant | None:
    """The grant in an answer of ListGrants; None for one that the key's own account made for no loan.

    Another account may give its grants any name, also that of a loan.
    https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantListEntry.html
    """
    issuer = _ACCOUNT.search(item.get("IssuingAccount", ""))
    if issuer and issuer[0] != key.split(":")[4]:
        return Grant(item["GrantId"], key, "", issuer[0])
    named = read_grant_name(item.get("Name", ""))
    return Grant(item["GrantId"], key, *named) if named else None


@contextmanager
def _errors(doing: str) -> Iterator[None]:
    with our_errors(doing):
        try:
            yield
        except ClientError as error:
            if code_of(error) == FORBIDDEN:
                raise Forbidden(f"{doing}: {said(error)}") from error
            if code_of(error) == MISSING:
                raise NotFound(f"{doing}: {said(error)}") from error
            raise
