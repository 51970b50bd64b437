"""Asynchronous invocations queue, retry and end in the function's dead-letter queue.

AWS: Event invocations wait in Lambda's own queue, are retried twice, and then go to the on-failure
destination as a record, or to the dead-letter queue as the event itself with the attributes RequestID,
ErrorCode and ErrorMessage; a throttled invocation waits without using up a try (Lambda guide, "Asynchronous
invocation"). EventBridge and Scheduler invoke functions this way.
ministack: a rule calls its function once and forgets; a dead-letter queue gets the destination's record;
every event gets its own thread. The waits between tries are seconds here, minutes on AWS.
"""

import json
import logging
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ministack.core import concurrency
from ministack.services import eventbridge, lambda_svc, sqs

from sandbox.aws.private import require
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

log = logging.getLogger("sandbox.lambda")
RETRY_SECONDS = (0.5, 1.0)


def install(world: World) -> None:
    """Replace ministack's asynchronous invocation and EventBridge's way to a function."""
    require(lambda_svc, "invoke_async_with_retry", "_execute_function", "_route_async_failure")
    require(lambda_svc, "_get_func_record_for_ref", "_execution_record_for_config")
    require(eventbridge, "_dispatch_to_lambda")
    require(sqs, "_queue_by_arn", "queue_delay", "_ensure_msg_fields")
    require(concurrency, "esm_wake")
    pool = ThreadPoolExecutor(max_workers=world.places.limit, thread_name_prefix="lambda-event")

    def invoke(func: dict[str, Any], event: Any) -> None:
        if func["config"]["FunctionArn"].split(":")[3] in world.settings.lost_regions:
            return
        with world.lock:
            world.queued_events += 1
        _submit(world, pool, func, event, 0, time.time())

    lambda_svc.invoke_async_with_retry = invoke
    eventbridge._dispatch_to_lambda = _from_event_bridge


def _submit(world: World, pool: ThreadPoolExecutor, *attempt: Any) -> None:
    world.places.announce()
    pool.submit(_attempt, world, pool, *attempt)


def invoke_function(arn: str, event: Any) -> bool:
    """Queue an event for a function; False if there is no such function."""
    func, config, name = lambda_svc._get_func_record_for_ref(arn)
    if not func or not config:
        log.warning("no function %s to invoke", name or arn)
        return False
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(func, config), event)
    return True


def send_to_queue(arn: str, body: str, attributes: dict[str, str]) -> bool:
    """Put a message with string attributes on an SQS queue internally; False if there is no such queue."""
    queue = sqs._queue_by_arn(arn)
    if queue is None:
        log.warning("no queue %s to send to", arn)
        return False
    now = time.time()
    message = {
        "id": str(uuid.uuid4()),
        "body": body,
        "attributes": {},
        "message_attributes": {
            key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()
        },
        "sent_at": now,
        "visible_at": now + sqs.queue_delay(queue),
    }
    # Complete it before it enters the queue: a receiver may take it at that very moment.
    sqs._ensure_msg_fields(message)
    queue["messages"].append(message)
    concurrency.esm_wake.set()
    return True


def _from_event_bridge(arn: str, payload: str) -> None:
    try:
        event = json.loads(payload)
    except ValueError:
        event = payload
    invoke_function(arn, event)


def _attempt(
    world: World, pool: ThreadPoolExecutor, func: dict[str, Any], event: Any, tries: int, queued: float
) -> None:
    """Run an event once; if it fails, arrange its next try or give up."""
    _partition, _service, _lambda, region, account, *_rest = func["config"]["FunctionArn"].split(":")
    settings = func.get("event_invoke_config") or {}
    with request_scope(account, region):
        try:
            with world.places.for_event():
                result = lambda_svc._execute_function(func, event)
        except Exception as error:
            log.exception("function %s could not be run", func["config"]["FunctionName"])
            result = {"error": True, "body": {"errorMessage": str(error)}}
        tries += not result.get("throttle")
        if result.get("error") and _may_try_again(settings, tries, queued):
            wait = RETRY_SECONDS[min(max(tries, 1), len(RETRY_SECONDS)) - 1]
            again = threading.Timer(wait, _submit, (world, pool, func, event, tries, queued))
            again.daemon = True
            again.start()
            return
        if result.get("error"):
            _give_up(func, event, result, settings)
    with world.lock:
        world.queued_events -= 1


def _may_try_again(settings: dict[str, Any], tries: int, queued: float) -> bool:
    retries = settings.get("MaximumRetryAttempts")
    oldest = float(settings.get("MaximumEventAgeInSeconds") or 21_600)
    return tries <= (2 if retries is None else int(retries)) and time.time() - queued < oldest


def _give_up(func: dict[str, Any], event: Any, result: dict[str, Any], settings: dict[str, Any]) -> None:
    name = func["config"]["FunctionName"]
    error = result["body"] if isinstance(result.get("body"), dict) else {}
    destination = (settings.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination")
    dead_letters = (func["config"].get("DeadLetterConfig") or {}).get("TargetArn")
    if destination:
        lambda_svc._route_async_failure(destination, name, event, result)
    elif dead_letters:
        attributes = {
            "RequestID": str(uuid.uuid4()),
            "ErrorCode": "200",
            "ErrorMessage": str(error.get("errorMessage", ""))[:1024] or "failed",
        }
        send_to_queue(dead_letters, json.dumps(event), attributes)
    else:
        log.warning(
            "function %s gave up an event and has nowhere to put it: %s", name, error.get("errorMessage")
        )
