"""The clock of functions: the machine's, or the sandbox's, in which sleeps may pass at once."""

import time
from datetime import timedelta

import pytest

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox
from tests.contract.sandbox_aws.conftest import Deploy

from .archives import sdk_layer

CLOCKS = """
import time
from datetime import datetime, timezone
import boto3
def handle(event, context):
    boto3.client("sts").get_caller_identity()
    return [time.time(), datetime.now(timezone.utc).timestamp()]
"""


@pytest.mark.parametrize("follows", [True, False])
def test_functions_follow_the_sandbox_clock_when_they_are_told_to(
    sandbox: Sandbox, function: Deploy, control: AwsControl, follows: bool
) -> None:
    layer = sandbox.client("lambda").publish_layer_version(LayerName="sdk", Content={"ZipFile": sdk_layer()})
    control.advance(timedelta(days=3), only="none")
    control.settings(functions_follow_clock=follows)

    answers = function(CLOCKS, Layers=[layer["LayerVersionArn"]])()

    expected = control.now().timestamp() if follows else time.time()
    assert answers == [pytest.approx(expected, abs=30)] * 2


SLEEPER = """
import time
from datetime import datetime, timezone

def handle(event, context):
    before = time.time()
    time.sleep(event["seconds"])
    return [time.time() - before, datetime.now(timezone.utc).timestamp()]
"""


def test_what_a_function_sleeps_passes_for_the_whole_sandbox_without_a_wait(
    function: Deploy, control: AwsControl
) -> None:
    control.settings(functions_follow_clock=True, functions_skip_sleep=True)
    sleep, before, started = function(SLEEPER), control.now(), time.monotonic()

    took, said = sleep({"seconds": 3600})

    assert time.monotonic() - started < 60
    assert took == pytest.approx(3600, abs=30)
    assert said == pytest.approx(control.now().timestamp(), abs=30)
    assert control.now() - before >= timedelta(hours=1)
