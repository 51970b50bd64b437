"""Nothing is taken from a machine before EC2 says that it is gone, and nothing of others is removed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain import object_labels
from snapkeep.domain.interruption.aftermath import OUT_OF_SERVICE, TAINT, Step, aftermath
from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.nodes import Attachment, Taint
from tests.fakes.dying import INSTANCE, NODE, a_node, a_pod, an_instance

DEAD = an_instance(state=InstanceState.TERMINATED, volumes=())
MYSQL = Attachment("csi-mysql", "uid", "pv-mysql", NODE, INSTANCE)
FREE = {MYSQL.name: ""}
CORDONED = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule", "2026-11-24T12:00:00Z")


LIVING = [
    state for state in InstanceState if state not in (InstanceState.TERMINATED, InstanceState.SHUTTING_DOWN)
]


def test_a_machine_that_is_still_shutting_down_is_waited_for() -> None:
    going = an_instance(state=InstanceState.SHUTTING_DOWN)
    assert aftermath(INSTANCE, going, a_node(), [MYSQL], FREE, [a_pod("x", "y")]).step is Step.WAIT


@pytest.mark.parametrize("state", LIVING)
def test_hands_off_what_is_not_terminated(state: InstanceState) -> None:
    machine = an_instance(state=state)
    assert aftermath(INSTANCE, machine, a_node(), [MYSQL], FREE).step is Step.HANDS_OFF
    assert aftermath(INSTANCE, machine, None, [MYSQL], FREE, [a_pod("mysql-0")]).step is Step.HANDS_OFF


@given(
    state=st.sampled_from(InstanceState), has_node=st.booleans(), held=st.sampled_from(["", INSTANCE, "i-0b"])
)
def test_a_living_machine_never_loses_anything(state: InstanceState, has_node: bool, held: str) -> None:
    node = a_node() if has_node else None
    found = aftermath(
        INSTANCE, an_instance(state=state), node, [MYSQL], {MYSQL.name: held}, [a_pod("x", "y")]
    )
    if state is not InstanceState.TERMINATED or held == INSTANCE:
        assert (found.change, found.attachments, found.pods) == (None, (), ())


def test_a_volume_that_ec2_has_not_detached_is_waited_for() -> None:
    found = aftermath(INSTANCE, DEAD, a_node(), [MYSQL], {MYSQL.name: INSTANCE})
    assert (found.step, found.change) == (Step.WAIT, None)


def test_the_node_is_put_out_of_service_and_keeps_its_other_taints() -> None:
    found = aftermath(INSTANCE, DEAD, a_node(ready=False, taints=(CORDONED,)), [MYSQL], FREE)
    assert found.step is Step.TAINT and found.change is not None
    assert found.change.taints == (CORDONED, TAINT)
    assert found.attachments == () and found.pods == ()


def test_a_pod_with_claims_is_reason_enough() -> None:
    silent = a_node(ready=False)
    assert aftermath(INSTANCE, DEAD, silent, [], {}, [a_pod("mysql-0", "mysql")]).step is Step.TAINT
    assert aftermath(INSTANCE, DEAD, silent, [], {}, [a_pod("web")]).step is Step.DONE


def test_a_node_that_kubernetes_still_takes_for_ready_is_waited_for() -> None:
    found = aftermath(INSTANCE, DEAD, a_node(ready=True), [MYSQL], FREE)
    assert (found.step, found.change) == (Step.WAIT, None)
    assert "still considers" in found.reason


def test_a_node_out_of_service_is_waited_for_and_then_comes_back() -> None:
    tainted = a_node(taints=(CORDONED, TAINT), annotations={object_labels.OUT_OF_SERVICE: "true"})
    assert aftermath(INSTANCE, DEAD, tainted, [MYSQL], FREE).step is Step.WAIT
    over = aftermath(INSTANCE, DEAD, tainted, [], {})
    assert over.step is Step.UNTAINT and over.change is not None
    assert over.change.taints == (CORDONED,)


def test_somebody_else_s_taint_stays() -> None:
    theirs = a_node(taints=(Taint(OUT_OF_SERVICE, "nodeshutdown", "NoExecute"),))
    assert aftermath(INSTANCE, DEAD, theirs, [], {}).step is Step.DONE


def test_without_a_node_the_stale_attachments_and_pods_go() -> None:
    pod = a_pod("mysql-0", "mysql")
    found = aftermath(INSTANCE, None, None, [MYSQL], FREE, [pod])
    assert (found.step, found.attachments, found.pods) == (Step.DETACH, (MYSQL,), (pod,))
    assert aftermath(INSTANCE, None, None, [], {}).step is Step.DONE
