"""Functions see what AWS shows them and nothing else; their failures are reported, retried and kept."""

import json
import sys
from pathlib import Path

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .archives import zip_of
from .conftest import Deploy, eventually


def test_a_function_sees_only_its_zip_its_layers_and_the_standard_library(
    sandbox: Sandbox, function: Deploy
) -> None:
    layer = sandbox.client("lambda").publish_layer_version(
        LayerName="words",
        Content={
            "ZipFile": zip_of({"python/words.py": "HELLO = 'from the layer'", "python/words.txt": "data"})
        },
    )
    source = """
import importlib.util, sys, words
def handle(event, context):
    unwanted = [name for name in ("boto3", "ministack", "sandbox") if importlib.util.find_spec(name)]
    return {"words": words.HELLO, "unwanted": unwanted, "path": sys.path}
"""
    seen = function(source, Layers=[layer["LayerVersionArn"]])()

    assert (seen["words"], seen["unwanted"]) == ("from the layer", [])
    assert not any("site-packages" in entry and entry.startswith(sys.prefix) for entry in seen["path"])


def test_the_environment_is_that_of_lambda(sandbox: Sandbox, function: Deploy) -> None:
    source = "import os\ndef handle(event, context):\n    return dict(os.environ)"

    seen = function(source, Environment={"Variables": {"SNAPKEEP_TABLE": "journal"}}, MemorySize=256)()

    assert seen["SNAPKEEP_TABLE"] == "journal"
    assert seen["AWS_ENDPOINT_URL"] == sandbox.aws_url
    assert seen["AWS_REGION"] == "ap-northeast-2"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    strangers = {"AUTH", "GATEWAY_PORT", "PYTHONPATH", "VIRTUAL_ENV", "MINISTACK_REGION", "PYTEST_VERSION"}
    assert not strangers & set(seen)


def test_a_failure_says_what_pythons_runtime_says(function: Deploy, control: AwsControl) -> None:
    invoke = function("def handle(event, context):\n    return {}['slot']")

    failure = invoke()

    assert (failure["errorType"], failure["errorMessage"]) == ("KeyError", "'slot'")
    assert "index.py" in failure["stackTrace"][-1]
    assert any("[ERROR] KeyError" in line for line in control.function_logs(invoke.name))


def test_prints_and_log_records_arrive_in_order(function: Deploy, control: AwsControl) -> None:
    source = """
import json, logging
logging.getLogger().setLevel(logging.INFO)
def handle(event, context):
    print(json.dumps({"level": "INFO", "message": "first"}))
    logging.info("second")
    print("third", end="")
"""
    invoke = function(source)

    invoke()

    lines = [
        line
        for line in control.function_logs(invoke.name)
        if line.split()[0] not in ("START", "END", "REPORT")
    ]
    assert [line.split()[-1].strip('"}') for line in lines] == ["first", "second", "third"]


def test_a_warm_function_keeps_its_module_and_a_crash_starts_a_new_one(
    function: Deploy, control: AwsControl
) -> None:
    source = """
import os
calls = []
def handle(event, context):
    calls.append(event)
    if event == "crash":
        os._exit(3)
    return len(calls)
"""
    invoke = function(source)

    warm = [invoke("a"), invoke("b")]
    crash = invoke("crash")
    after = invoke("c")

    assert (warm, crash["errorType"], after) == ([1, 2], "Runtime.ExitError", 1)
    usage = control.functions()[invoke.name]
    assert (usage.invocations, usage.errors, usage.cold_starts) == (4, 1, 2)
    assert usage.peak_rss_bytes > 5_000_000


def test_workers_that_are_stopped_start_cold_and_tell_their_cpu(
    function: Deploy, control: AwsControl
) -> None:
    source = """
import time
def handle(event, context):
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
"""
    invoke = function(source)

    invoke()
    control.stop_workers()
    invoke()

    usage = control.functions()[invoke.name]
    assert usage.cold_starts == 2
    assert min(usage.cpu_ms) >= 200
    assert min(usage.init_cpu_ms) > 1


def test_a_worker_that_is_prepared_is_loaded_before_the_first_invocation(
    function: Deploy, control: AwsControl, tmp_path: Path
) -> None:
    """Lambda guide, "Lambda execution environments": it initializes some ahead of invocations."""
    loaded = tmp_path / "loaded"
    source = f"""
import os, pathlib
pathlib.Path({str(loaded)!r}).write_text(str(os.getpid()))
def handle(event, context):
    return os.getpid()
"""
    invoke = function(source)

    control.prepare_workers()

    eventually(loaded.exists)
    assert str(invoke()) == loaded.read_text()
    assert control.functions()[invoke.name].cold_starts == 1


SHARED = """
import os, pathlib, time
def handle(event, context):
    folder, full = pathlib.Path(os.environ["FOLDER"]), pathlib.Path(os.environ["FULL"])
    mine = folder / context.aws_request_id
    mine.touch()
    stay = time.monotonic() + 20
    while not full.exists() and time.monotonic() < stay:
        if len(list(folder.iterdir())) >= int(os.environ["WORKERS"]):
            full.touch()
        time.sleep(0.05)
    print("together", len(list(folder.iterdir())))
    mine.unlink()
"""
"""Stays until all workers are busy, however slow the machine is."""


def test_events_and_messages_together_get_as_many_workers_as_there_are(
    sandbox: Sandbox, function: Deploy, control: AwsControl, tmp_path: Path
) -> None:
    workers = control.state()["workers"]
    folder = tmp_path / "running"
    folder.mkdir()
    variables = {"FOLDER": str(folder), "FULL": str(tmp_path / "full"), "WORKERS": str(workers)}
    invoke = function(SHARED, Timeout=60, Environment={"Variables": variables})
    sqs, lambdas = sandbox.client("sqs"), sandbox.client("lambda")
    url = sqs.create_queue(QueueName="places")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    mapping = lambdas.create_event_source_mapping(
        EventSourceArn=arn, FunctionName=invoke.name, BatchSize=1, ScalingConfig={"MaximumConcurrency": 100}
    )

    for number in range(2 * workers):
        invoke(number, "Event")
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    control.wait_idle()

    lambdas.delete_event_source_mapping(UUID=mapping["UUID"])
    lines = [line for line in control.function_logs(invoke.name) if line.startswith("together")]
    together = [int(line.split()[1]) for line in lines]
    assert len(together) == 4 * workers
    assert max(together) == workers


def test_a_function_that_takes_too_long_is_stopped(function: Deploy) -> None:
    source = "import time\ndef handle(event, context):\n    time.sleep(30)"

    failure = function(source, Timeout=1)()

    assert failure["errorType"] == "Sandbox.Timedout"
    assert failure["errorMessage"].endswith("Task timed out after 1.00 seconds")


def test_an_answer_over_six_megabytes_is_refused(function: Deploy) -> None:
    failure = function("def handle(event, context):\n    return 'x' * (6 * 1024 * 1024 + 1)")()

    assert failure["errorType"] == "Function.ResponseSizeTooLarge"


def test_an_event_that_always_fails_is_tried_three_times_and_kept(
    sandbox: Sandbox, function: Deploy, control: AwsControl
) -> None:
    sqs = sandbox.client("sqs")
    url = sqs.create_queue(QueueName="function-failures")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    source = "def handle(event, context):\n    raise RuntimeError('no luck')"
    invoke = function(source, DeadLetterConfig={"TargetArn": arn})

    invoke({"slot": "2026-01-01"}, "Event")
    message = eventually(
        lambda: sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
    )[0]

    assert json.loads(message["Body"]) == {"slot": "2026-01-01"}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no luck"
    assert control.functions()[invoke.name].invocations == 3
    control.wait_idle()


def test_a_rule_invokes_its_function_and_tries_again(
    sandbox: Sandbox, function: Deploy, control: AwsControl
) -> None:
    source = """
tries = []
def handle(event, context):
    tries.append(event)
    if len(tries) < 2:
        raise RuntimeError("not yet")
    print("handled", event["detail"]["instance-id"])
"""
    invoke = function(source)
    events, lambdas = sandbox.client("events"), sandbox.client("lambda")
    pattern = {"source": ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"]}
    events.put_rule(Name="rebalance", EventPattern=json.dumps(pattern))
    target = lambdas.get_function(FunctionName=invoke.name)["Configuration"]["FunctionArn"]
    events.put_targets(Rule="rebalance", Targets=[{"Id": "function", "Arn": target}])
    lambdas.add_permission(
        FunctionName=invoke.name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )

    control.put_event("aws.ec2", "EC2 Instance Rebalance Recommendation", {"instance-id": "i-1"})
    control.wait_idle()

    events.remove_targets(Rule="rebalance", Ids=["function"])
    events.delete_rule(Name="rebalance")
    assert "handled i-1" in control.function_logs(invoke.name)
    assert control.functions()[invoke.name].invocations == 2
