"""One running AWS for all these tests; each leaves switches, faults and counters as it found them."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cluster="") as running:
        yield running


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[AwsControl]:
    control = sandbox.aws
    before = control.settings()
    control.forget_calls()
    yield control
    control.settings(**before)
    control.forget_faults()


@pytest.fixture
def client(sandbox: Sandbox) -> Callable[[str], Any]:
    return sandbox.client


@pytest.fixture
def ec2(sandbox: Sandbox) -> Any:
    return sandbox.client("ec2")


@pytest.fixture
def volume(ec2: Any) -> str:
    return str(ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=20, VolumeType="gp3")["VolumeId"])


def eventually(look: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Return the first true answer of `look`, which other processes will make true."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{look} stayed false for {seconds} s"
        time.sleep(0.05)
    return found
