"""Functions run in a clean process and report what AWS's runtime reports.

AWS: a function sees its package in /var/task, its layers in /opt, the standard library and the variables of
its execution environment; a failure carries the exception's class and stack trace (Lambda guide, "Python
handler").
ministack: a worker inherits the server's environment and site-packages, so a module missing from the zip goes
unnoticed; every error is Runtime.HandlerError; INFO log records are lost.
Remaining differences: layers are unpacked into their own folder, so the absolute path /opt does not exist;
architecture and memory size are not enforced (peak memory is measured instead).
"""

import logging
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc, sqs

from sandbox.aws.functions.worker import IsolatedWorker
from sandbox.aws.private import require
from sandbox.aws.world import World

log = logging.getLogger("sandbox.lambda")


def install(world: World) -> None:
    """Replace ministack's worker and the code that runs an invocation on it."""
    require(lambda_runtime, "Worker", "_worker_class_for", "execution_credentials")
    require(lambda_svc, "_execute_function_warm", "acquire_worker", "release_worker", "_resolve_layer_zip")
    require(lambda_svc, "_esms", "_esm_inflight", "executions_in_flight")
    require(sqs, "_queues")
    require(lambda_svc, "_ensure_reaper_thread", "_probe_peak_memory_mb")

    def new_worker(name: str, config: dict[str, Any], code_zip: bytes) -> IsolatedWorker:
        return IsolatedWorker(world, name, config, code_zip)

    def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        return _execute(world, func, event, request_id)

    lambda_runtime._worker_class_for = lambda config: new_worker
    lambda_svc._execute_function_warm = execute
    lambda_svc._probe_peak_memory_mb = lambda func: (
        world.function(func["config"]["FunctionArn"]).peak_rss_bytes >> 20
    )


def _execute(world: World, func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    config, code = func["config"], func.get("code_zip")
    name = config["FunctionName"]
    if not code:
        return _failed({"errorType": "Runtime.NoCode", "errorMessage": f"function {name} has no code"}, "")
    if config["FunctionArn"].split(":")[3] in world.settings.lost_regions:
        return _failed({"errorType": "ServiceUnavailable", "errorMessage": "the Region is lost"}, "")
    lambda_svc._ensure_reaper_thread()
    worker, _how = lambda_svc.acquire_worker(name, config, code, qualifier=config.get("Version", "$LATEST"))
    try:
        answer = worker.invoke(event, request_id, invoked_function_arn=config["FunctionArn"])
    except Exception as error:
        log.exception("function %s could not be run", name)
        answer = {"status": "error", "error": {"errorType": type(error).__name__, "errorMessage": str(error)}}
    finally:
        lambda_svc.release_worker(worker)
    _record(world, config["FunctionArn"], answer)
    if answer["status"] == "ok":
        return {"body": answer["result"], "log": answer["log"]}
    return _failed(answer["error"], answer.get("log", ""))


def _failed(error: dict[str, Any], text: str) -> dict[str, Any]:
    return {"body": error, "error": True, "function_error": "Unhandled", "log": text or error["errorMessage"]}


def _record(world: World, arn: str, answer: dict[str, Any]) -> None:
    record = world.function(arn)
    with world.lock:
        record.invocations += 1
        record.errors += answer["status"] != "ok"
        record.durations_ms.append(round(answer.get("ms", 0.0), 1))
        record.cpu_ms.append(round(answer.get("cpu_ms", 0.0), 1))
        record.peak_rss_bytes = max(record.peak_rss_bytes, answer.get("peak_rss_bytes", 0))
        if answer.get("cold_start"):
            record.cold_starts += 1
            record.init_ms.append(round(answer["init_ms"], 1))
            record.init_cpu_ms.append(round(answer.get("init_cpu_ms", 0.0), 1))
