"""What a run saved: counts for everybody who may see runs, links for those who may download."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import TemporaryError
from tests.fakes.api import CALLER, Api
from tests.fakes.kms import KEY
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.world import SLOT

CLUSTER = "/v1/clusters/myeks"


@pytest.fixture
def world() -> SavingWorld:
    """A night whose objects were saved."""
    world = SavingWorld()
    world.back_up(SLOT)
    world.save()
    return world


def downloads(namespace: str, run: str = "") -> str:
    return f"{CLUSTER}/namespaces/{namespace}/backups/{run or run_of()}/downloads"


def test_a_run_shows_what_it_saved_of_each_namespace(world: SavingWorld) -> None:
    answer = Api(world).get(f"{CLUSTER}/backups/{run_of()}/objects").json
    assert (answer["cluster"], answer["run"]) == ("myeks", run_of())
    shop, store = answer["namespaces"]
    assert (shop["namespace"], store["namespace"]) == ("shop", "store")
    assert (shop["scope"], shop["objects"], shop["left_out"], shop["refused"]) == ("namespace", 2, 0, [])


def test_links_are_those_of_one_namespace(world: SavingWorld) -> None:
    answer = Api(world).post(downloads("shop"))
    assert answer.status == 200
    assert answer.json["archive_url"].endswith(f"{run_of()}/shop.yaml.gz")
    assert answer.json["manifest_url"].endswith(f"{run_of()}/shop.json")
    (saved,) = (each for each in world.records() if each.subject.namespace == "shop")
    assert answer.json["archive_sha256"] == saved.archive.sha256
    assert answer.json["saved"]["objects"] == 2


def test_asking_for_links_is_no_change(world: SavingWorld) -> None:
    Api(world).post(downloads("shop"))
    assert world.announcer.changes == []


def test_who_asks_for_links_is_on_record(world: SavingWorld) -> None:
    ann, ben = Api(world), Api(world, caller="arn:aws:iam::111122223333:user/ben")
    for asker, namespace in ((ann, "shop"), (ben, "store"), (ben, "bank")):
        asker.post(downloads(namespace))
    first, last = world.announcer.objects
    assert (first.caller, first.cluster, first.namespace, first.run) == (CALLER, "myeks", "shop", run_of())
    assert (last.caller, last.namespace) == (ben.caller, "store")


def test_links_that_cannot_be_put_on_record_are_not_given(world: SavingWorld) -> None:
    world.announcer.fail_next("objects_read", TemporaryError("EventBridge did not answer"))
    refused = Api(world).post(downloads("shop"))
    assert (refused.status, "yaml.gz" in refused.text) == (503, False)
    assert Api(world).post(downloads("shop")).status == 200


@pytest.mark.parametrize("path", [downloads("bank"), downloads("shop", run_of(1))])
def test_what_was_not_saved_is_not_found(world: SavingWorld, path: str) -> None:
    answer = Api(world).post(path)
    assert (answer.status, answer.code) == (404, "not_found")


def test_a_run_that_saved_nothing_says_why(world: SavingWorld) -> None:
    answer = Api(world).get(f"{CLUSTER}/backups/{run_of(1)}/objects")
    assert answer.status == 404
    assert "its policy must have `objects`" in answer.json["detail"]


def test_links_to_secrets_come_with_the_key_that_opens_them_and_nothing_opens_them_here() -> None:
    world = SavingWorld(secrets_key=KEY)
    world.objects.put("secrets", "shop", "db", type="Opaque", data={"password": "eA=="})
    world.back_up(SLOT)
    world.save()
    answer = Api(world).post(downloads("shop")).json
    (saved,) = (each for each in world.records() if each.subject.namespace == "shop")
    assert saved.secrets_file
    assert answer["secrets_url"].endswith(f"{run_of()}/shop.secrets.enc")
    assert (answer["secrets_sha256"], answer["secrets_key"]) == (saved.secrets_file.sha256, KEY)
    assert answer["saved"]["secrets_saved"] == 1
    assert [action for action, _, _ in world.kms.calls] == ["GenerateDataKey"]
    without = Api(world).post(downloads("store")).json
    assert (without["secrets_url"], without["secrets_key"]) == (None, None)
