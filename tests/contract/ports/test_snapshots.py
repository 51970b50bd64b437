"""What snapshots promise: those in memory, and those of EC2 on moto and in the sandbox.

moto completes snapshots at once, ignores exclusions and neither pages nor throttles; the sandbox and
the unit tests of the EC2 adapter cover those.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.tags import DEPLOYMENT
from tests.contract.ports.ec2 import GIB, Ec2, FakeEc2, RealEc2, add_state


@pytest.fixture(params=["fake", "moto", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def ec2(request: pytest.FixtureRequest) -> Ec2:
    if request.param == "fake":
        return FakeEc2()
    if request.param == "sandbox":
        return RealEc2(request.getfixturevalue("sandbox").client("ec2"))
    client: Any = request.getfixturevalue("aws").client("ec2")
    client.meta.events.register("after-call.ec2.CreateSnapshots", add_state)
    return RealEc2(client)


@pytest.fixture
def tags() -> dict[str, str]:
    """Tags that no other test uses: the sandbox's account is shared."""
    return {"snapkeep:managed": "true", "snapkeep:run": uuid.uuid4().hex}


def test_a_snapshot_has_its_tags_from_the_first_moment(ec2: Ec2, tags: dict[str, str]) -> None:
    volume = ec2.volume(gib=20)
    created = ec2.snapshots.create(volume, tags, "Snapkeep daily: wordpress/data of myeks")
    assert (created.volume_id, created.size_bytes, created.tags) == (volume, 20 * GIB, tags)
    assert created.id.startswith("snap-")
    assert created.started_at.tzinfo is not None
    assert ec2.snapshots.get(created.id) is not None


def test_snapshots_are_found_by_all_their_tags(ec2: Ec2, tags: dict[str, str]) -> None:
    ours = ec2.snapshots.create(ec2.volume(), tags, "")
    ec2.snapshots.create(ec2.volume(), tags | {"snapkeep:run": "another"}, "")
    assert [found.id for found in ec2.snapshots.find(tags)] == [ours.id]
    assert list(ec2.snapshots.find(tags | {"snapkeep:policy": "daily"})) == []


def test_held_snapshots_are_found_whatever_their_hold_says(ec2: Ec2, tags: dict[str, str]) -> None:
    managed = tags | {"snapkeep:managed": f"in {tags['snapkeep:run']}"}
    held = [
        ec2.snapshots.create(ec2.volume(), managed | {"snapkeep:hold": value}, "").id
        for value in ("a", "b c")
    ]
    ec2.snapshots.create(ec2.volume(), managed, "")
    assert sorted(each.id for each in ec2.snapshots.held(managed["snapkeep:managed"])) == sorted(held)


def test_snapshots_are_found_by_their_volumes(ec2: Ec2, tags: dict[str, str]) -> None:
    volumes = [ec2.volume() for _ in range(3)]
    made = [ec2.snapshots.create(volume, tags, "") for volume in volumes]
    found = ec2.snapshots.find(tags, volumes[:2])
    assert sorted(item.id for item in found) == sorted(item.id for item in made[:2])
    assert list(ec2.snapshots.find(tags, ["vol-0ffffffffffffffff"])) == []


def test_a_tag_can_be_taken_off_again_and_the_others_stay(ec2: Ec2, tags: dict[str, str]) -> None:
    created = ec2.snapshots.create(ec2.volume(), tags, "")
    ec2.snapshots.add_tags(created.id, {"snapkeep:hold": "true"})
    for _ in range(2):
        ec2.snapshots.remove_tags(created.id, {"snapkeep:hold": "true"})
    found = ec2.snapshots.get(created.id)
    assert found is not None and found.tags == tags


def test_a_tag_that_got_another_value_meanwhile_stays(ec2: Ec2, tags: dict[str, str]) -> None:
    created = ec2.snapshots.create(ec2.volume(), tags, "")
    ec2.snapshots.add_tags(created.id, {"snapkeep:hold": "restore:1"})
    ec2.snapshots.remove_tags(created.id, {"snapkeep:hold": "restore:2"})
    found = ec2.snapshots.get(created.id)
    assert found is not None and found.tags == tags | {"snapkeep:hold": "restore:1"}


def test_a_tag_value_with_wildcards_finds_itself_only(ec2: Ec2, tags: dict[str, str]) -> None:
    ec2.snapshots.create(ec2.volume(), tags | {"snapkeep:group": "abc"}, "")
    assert list(ec2.snapshots.find(tags | {"snapkeep:group": "a*c"})) == []
    assert list(ec2.snapshots.find(tags | {"snapkeep:group": "a?c"})) == []


def test_snapshots_are_found_by_their_state(ec2: Ec2, tags: dict[str, str]) -> None:
    created = ec2.snapshots.create(ec2.volume(), tags, "")
    state = ec2.snapshots.get(created.id)
    assert state is not None
    assert [found.id for found in ec2.snapshots.find(tags, state=state.state)] == [created.id]
    assert list(ec2.snapshots.find(tags, state=SnapshotState.ERROR)) == []


def test_many_are_described_at_once_and_those_unknown_are_left_out(ec2: Ec2, tags: dict[str, str]) -> None:
    first, second = (ec2.snapshots.create(ec2.volume(), tags, "test") for _ in range(2))
    found = ec2.snapshots.get_many([first.id, second.id, "snap-0123456789abcdef0"])
    assert {name: snapshot.volume_id for name, snapshot in found.items()} == {
        first.id: first.volume_id,
        second.id: second.volume_id,
    }
    assert ec2.snapshots.get_many([]) == {}


def test_tags_are_added_to_those_that_are_there(ec2: Ec2, tags: dict[str, str]) -> None:
    created = ec2.snapshots.create(ec2.volume(), tags, "")
    ec2.snapshots.add_tags(created.id, {"snapkeep:claim": "data", "snapkeep:storage-class": ""})
    found = ec2.snapshots.get(created.id)
    assert found is not None
    assert found.tags == tags | {"snapkeep:claim": "data", "snapkeep:storage-class": ""}


@pytest.mark.parametrize("ec2", ["fake", "moto"], indirect=True)
def test_a_snapshot_that_is_not_known_yet_is_tagged_later(ec2: Ec2, tags: dict[str, str]) -> None:
    with pytest.raises(TemporaryError, match="snap-0123456789abcdef0"):
        ec2.snapshots.add_tags("snap-0123456789abcdef0", tags)


def test_an_unknown_snapshot_is_none_and_deleting_it_is_success(ec2: Ec2) -> None:
    assert ec2.snapshots.get("snap-0123456789abcdef0") is None
    ec2.snapshots.delete("snap-0123456789abcdef0")


def test_a_deleted_snapshot_is_gone(ec2: Ec2, tags: dict[str, str]) -> None:
    created = ec2.snapshots.create(ec2.volume(), tags, "")
    ec2.snapshots.delete(created.id)
    ec2.snapshots.delete(created.id)
    assert ec2.snapshots.get(created.id) is None
    assert list(ec2.snapshots.find(tags)) == []


def test_a_volume_that_is_gone_cannot_be_snapshotted(ec2: Ec2, tags: dict[str, str]) -> None:
    with pytest.raises(PermanentError, match="vol-0123456789abcdef0"):
        ec2.snapshots.create("vol-0123456789abcdef0", tags, "")


def test_a_group_takes_all_data_volumes_of_an_instance_and_not_what_it_boots_from(
    ec2: Ec2, tags: dict[str, str]
) -> None:
    instance = ec2.instance()
    wordpress = ec2.volume(instance=instance, device="/dev/xvdb")
    mysql = ec2.volume(instance=instance, device="/dev/xvdc")
    made = ec2.snapshots.create_group(instance, [], tags, "Snapkeep daily: group wordpress")
    assert sorted(item.volume_id for item in made) == sorted([wordpress, mysql])
    assert sorted(item.id for item in ec2.snapshots.find(tags)) == sorted(item.id for item in made)


@pytest.mark.parametrize("ec2", ["fake", pytest.param("sandbox", marks=pytest.mark.sandbox)], indirect=True)
def test_a_group_leaves_out_what_is_foreign(ec2: Ec2, tags: dict[str, str]) -> None:
    instance = ec2.instance()
    ours = ec2.volume(instance=instance, device="/dev/xvdb")
    foreign = ec2.volume(instance=instance, device="/dev/xvdc")
    (made,) = ec2.snapshots.create_group(instance, [foreign], tags, "group")
    assert (made.volume_id, made.state) == (ours, SnapshotState.PENDING)


def test_data_volumes_are_those_that_the_instance_does_not_boot_from(ec2: Ec2) -> None:
    instance = ec2.instance()
    volume = ec2.volume(instance=instance)
    ec2.volume()
    assert ec2.snapshots.data_volumes(instance) == (volume,)


def test_attachments_name_the_instance_and_leave_out_what_is_gone(ec2: Ec2) -> None:
    instance = ec2.instance()
    attached, free = ec2.volume(instance=instance), ec2.volume()
    asked = [attached, free, "vol-0123456789abcdef0"]
    assert ec2.snapshots.attachments(asked) == {attached: instance, free: ""}
    assert ec2.snapshots.attachments([]) == {}


@pytest.mark.parametrize("ec2", ["fake", pytest.param("sandbox", marks=pytest.mark.sandbox)], indirect=True)
def test_a_locked_snapshot_is_protected_and_locking_it_again_changes_nothing(
    ec2: Ec2, tags: dict[str, str]
) -> None:
    created = ec2.snapshots.create(ec2.volume(), tags, "")
    ec2.snapshots.lock(created.id, Lock(LockMode.GOVERNANCE, 7))
    (first,) = ec2.snapshots.protections([created.id])[created.id]
    ec2.snapshots.lock(created.id, Lock(LockMode.GOVERNANCE, 30))
    assert ec2.snapshots.protections([created.id])[created.id] == (first,)
    with pytest.raises(PermanentError):
        ec2.snapshots.delete(created.id)


@pytest.mark.parametrize("ec2", ["fake", pytest.param("sandbox", marks=pytest.mark.sandbox)], indirect=True)
def test_a_snapshot_that_is_not_known_yet_is_locked_later(ec2: Ec2) -> None:
    with pytest.raises(TemporaryError, match="snap-0123456789abcdef0"):
        ec2.snapshots.lock("snap-0123456789abcdef0", Lock(LockMode.COMPLIANCE, 7, 24))


def test_a_volume_tells_which_snapshot_it_was_made_from(ec2: Ec2) -> None:
    empty = ec2.volume()
    snapshot = ec2.snapshots.create(empty, {"snapkeep:managed": "true"}, "a point")
    ec2.complete(snapshot.id)
    assert ec2.snapshots.made_from(ec2.volume_from(snapshot.id)) == snapshot.id
    assert ec2.snapshots.made_from(empty) == ""
    assert ec2.snapshots.made_from(f"vol-{0xBAD:017x}") is None


def test_a_deployment_lists_its_own_and_those_that_name_none(ec2: Ec2, tags: dict[str, str]) -> None:
    before = ec2.snapshots.create(ec2.volume(), tags, "")
    first = ec2.of("blue").create(ec2.volume(), tags, "")
    second = ec2.of("green").create(ec2.volume(), tags, "")

    assert {each.id for each in ec2.of("blue").find(tags)} == {before.id, first.id}
    assert {each.id for each in ec2.of("green").find(tags)} == {before.id, second.id}
    assert {each.id for each in ec2.snapshots.find(tags)} == {before.id, first.id, second.id}


def test_members_of_a_group_name_the_deployment(ec2: Ec2, tags: dict[str, str]) -> None:
    instance = ec2.instance()
    volume = ec2.volume(instance=instance)
    ec2.of("blue").create_group(instance, [], tags, "")

    found = [each for each in ec2.of("blue").find(tags) if each.volume_id == volume]
    assert [each.tags for each in found] == [{**tags, DEPLOYMENT: "blue"}]
    assert list(ec2.of("green").find(tags)) == []


def test_what_is_asked_for_by_its_id_is_shown_whoever_has_it(ec2: Ec2, tags: dict[str, str]) -> None:
    theirs = ec2.of("blue").create(ec2.volume(), tags, "")
    found = ec2.of("green").get(theirs.id)

    assert found is not None and found.tags == {**tags, DEPLOYMENT: "blue"}
    assert list(ec2.of("green").get_many([theirs.id])) == [theirs.id]
