"""The suggested commands are carried out as they are printed."""

from __future__ import annotations

import shlex
from dataclasses import replace

from snapkeep.domain.errors import ClusterUnreachable, PermanentError
from snapkeep.domain.report.claims import ReportedClaim
from snapkeep.domain.restore.requests import RestoreRequest
from tests.fakes.preflight_samples import GP3, a_target
from tests.fakes.world import SLOT, World, a_claim


def a_world() -> World:
    world = World(a_claim("data"), a_claim("old", storage_class="gp1"), a_claim("data-restored"))
    world.cluster.namespaces |= {"shop": "Active"}
    world.cluster.place = a_target(classes={"gp3": replace(GP3, fs_type="xfs")})
    world.back_up(SLOT)
    world.wait(hours=1)
    return world


def carried_out(world: World, command: str) -> bool:
    """Whether the API would accept what the command asks for."""
    words = shlex.split(command)
    option = lambda name: words[words.index(name) + 1] if name in words else ""  # noqa: E731
    request = RestoreRequest(
        cluster=option("--cluster"),
        namespace=option("--namespace"),
        target=option("--as"),
        point_id=words[2],
        size=option("--size"),
        storage_class=option("--class"),
    )
    return not world.actions().plan_restore(request).refused


def described(world: World, name: str) -> ReportedClaim:
    return world.actions().show_claim("myeks", "shop", name)


def test_every_command_of_describe_and_of_the_report_works() -> None:
    world = a_world()
    for claim in world.gatherer.report("myeks").claims:
        assert claim.restore and carried_out(world, claim.restore.command), claim.restore
        shown = described(world, claim.claim).restore
        assert shown and shown.trouble == "" and carried_out(world, shown.command), shown


def test_the_new_claim_gets_a_name_that_is_free_also_after_a_first_restore() -> None:
    world = a_world()
    shown = described(world, "data").restore
    assert shown and "--as data-restored-2 " in shown.command
    world.cluster.claim_list[0] = replace(world.cluster.claim_list[0], name="moved", uid="uid-moved")
    gone = described(world, "data").restore
    assert gone and "--as data " in gone.command


def test_a_point_is_restored_beside_the_claims_that_exist() -> None:
    world = a_world()
    facts = world.actions().show_point("myeks", "shop", world.point("data").id).point
    found = world.actions().suggest_restore(facts)
    assert "--as data-restored-2 " in found.command
    assert found.trouble == ""


def test_what_stands_in_the_way_of_any_command_is_told_with_it() -> None:
    world = a_world()
    world.cluster.namespaces.clear()
    shown = described(world, "data").restore
    assert shown and shown.trouble == ("cluster myeks has no namespace shop: kubectl create namespace shop")


def test_a_cluster_that_does_not_answer_leaves_the_command_unchecked() -> None:
    world = a_world()
    facts = world.actions().show_point("myeks", "shop", world.point("data").id).point
    world.cluster.fail_next("restore_target", ClusterUnreachable("myeks does not answer"))
    found = world.actions().suggest_restore(facts)
    assert found.command.startswith("snapkeep restore ")
    assert found.trouble == "not checked: myeks does not answer"


def test_a_report_whose_role_may_not_list_classes_is_written_all_the_same() -> None:
    world = a_world()
    world.cluster.fail_next("storage_classes", PermanentError("forbidden"))
    claims = world.gatherer.report("myeks").claims
    assert all(claim.restore and "--class" not in claim.restore.command for claim in claims)


def test_a_point_of_a_cluster_that_the_config_dropped_goes_to_one_that_it_names() -> None:
    world = a_world()
    facts = world.actions().show_point("myeks", "shop", world.point("data").id).point
    found = world.actions().suggest_restore(replace(facts, cluster="retired"))
    assert "--cluster myeks " in found.command and "--from-cluster retired" in found.command
