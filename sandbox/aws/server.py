"""Run ministack with the patches and the control endpoint on one port of 127.0.0.1."""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

from sandbox.aws.identity import ACCOUNT, REGION
from sandbox.clock import SandboxClock

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

TICK_SECONDS = 0.1
PREFIX = "/_sandbox/"


def serve(port: int, work: Path, ready: Path | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Report the address as one line of JSON, on standard output and in the
    file `ready`.

    `port` 0 picks a free one; `work` is the folder where functions are unpacked. ministack reads its
    environment when it is imported, so this must run in its own process.
    """
    listener = socket.create_server(("127.0.0.1", port))
    # An answer is two writes; without this the second waits 40 ms for the client to acknowledge the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
    _configure(listener.getsockname()[1])
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )

    from sandbox.aws.control_api import ControlApi
    from sandbox.aws.patches import install_all
    from sandbox.aws.world import World

    work.mkdir(parents=True, exist_ok=True)
    world = World(SandboxClock(), ACCOUNT, REGION, endpoint, work.resolve())
    install_all(world)
    threading.Thread(target=_tick, args=(world,), daemon=True, name="sandbox-tick").start()
    said = json.dumps({"endpoint": endpoint, "account": ACCOUNT, "region": REGION})
    _run(listener, _with_control(ControlApi(world)), said, ready)
    _stop_workers()


def _configure(port: int) -> None:
    # None of the developer's AWS setup may reach ministack: no account, no endpoint, no saved state.
    for name in [
        name for name in os.environ if name.startswith(("AWS_", "MINISTACK_", "LOCALSTACK_", "LAMBDA_"))
    ]:
        del os.environ[name]
    os.environ.update(
        AUTH="true",
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        MINISTACK_HOST="127.0.0.1",
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        MINISTACK_REGION=REGION,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        DOCKER_HOST="unix:///nonexistent",
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        LAMBDA_ACCOUNT_CONCURRENCY="32",
        LAMBDA_WARM_TTL_SECONDS="180",
    )
    os.environ.pop("PERSIST_STATE", None)


def _run(listener: socket.socket, application: Application, said: str, ready: Path | None) -> None:
    """Answer with uvicorn, which takes less CPU than hypercorn, the server that ministack brings."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stay)
    print(said, flush=True)
    if ready:
        draft = ready.with_suffix(".draft")
        draft.write_text(said + "\n")
        draft.rename(ready)
    config = uvicorn.Config(
        application,
        http="httptools",
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=75,  # a client that was idle for a while must not meet a connection being closed
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _stay(number: int, frame: Any) -> None:
    """uvicorn ends by a signal, and then raises it again: workers are stopped after that."""


def _with_control(control: Any) -> Application:
    from ministack.app import app

    async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        # Off the event loop: firing a hundred schedules must not hold up the functions they start.
        status, answer = await asyncio.to_thread(
            control.answer, scope["method"], scope["path"].removeprefix(PREFIX), body
        )
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": answer})

    return application


def _tick(world: Any) -> None:
    """As time passes, complete snapshots, end instances, and in `live` mode fire schedules."""
    from sandbox.aws import instances, schedules, snapshots
    from sandbox.aws.patches import backup

    pause = threading.Event()
    while not pause.wait(TICK_SECONDS):
        try:
            snapshots.settle_due(world)
            instances.settle_due(world)
            backup.settle_due(world)
            if world.settings.scheduler == "live":
                schedules.fire_due(world, world.clock.now())
        except Exception:
            logging.getLogger("sandbox").exception("the sandbox's clock tick failed")


def _stop_workers() -> None:
    from ministack.core import lambda_runtime

    lambda_runtime.reset()
