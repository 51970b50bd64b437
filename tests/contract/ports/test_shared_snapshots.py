"""What a vault sees of the snapshots that are shared with it: in memory, and with EC2 in the sandbox.

moto shows snapshots to no other account.
"""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.aws.shared_snapshots import Ec2SharedSnapshots
from snapkeep.ports.vaults import SharedSnapshots
from tests.contract.ports.test_vaults import MISSING, VAULT, Account, FakeAccount, RealAccount
from tests.fakes.vault import FakeSharedSnapshots, FakeShares

REGION, OWNER = "ap-northeast-2", "111122223333"


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def both(request: pytest.FixtureRequest) -> tuple[Account, SharedSnapshots, str]:
    """An account that shares, what another account sees, and whose the snapshots are."""
    if request.param == "fake":
        account = FakeAccount()
        assert isinstance(account.shares, FakeShares)
        return account, FakeSharedSnapshots(account.shares, VAULT, OWNER), OWNER
    sandbox: Sandbox = request.getfixturevalue("sandbox")

    def client(service: str, config: object, region: str) -> Any:
        return sandbox.client("ec2", region, VAULT)

    return RealAccount(sandbox.client("ec2")), Ec2SharedSnapshots(client), sandbox.account


def test_what_is_shared_is_seen_whole_but_without_its_tags(
    both: tuple[Account, SharedSnapshots, str],
) -> None:
    account, there, owner = both
    point, private = account.point(), account.point()
    account.shares.share(point, VAULT)
    seen = there.shared(REGION, [point, private, MISSING])
    assert list(seen) == [point]
    original = account.ec2.snapshots.get(point)
    assert original is not None
    assert (seen[point].owner, seen[point].tags) == (owner, {})
    for fact in ("id", "state", "started_at", "size_bytes", "key", "archived", "volume_id"):
        assert getattr(seen[point], fact) == getattr(original, fact)


def test_what_is_no_longer_shared_is_not_seen(both: tuple[Account, SharedSnapshots, str]) -> None:
    account, there, _ = both
    point = account.point()
    account.shares.share(point, VAULT)
    account.shares.unshare(point, VAULT)
    assert there.shared(REGION, [point]) == {}
    assert there.shared(REGION, []) == {}
