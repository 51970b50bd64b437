"""The `snapkeep` command as a person types it, against the deployed API."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import tty

from sandbox.demo import build
from tests.integration.deployed import Deployed


def snapkeep(product: Deployed, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person with an IAM user of their own."""
    return subprocess.run(
        _typed(*words),
        cwd=build.ROOT,
        env=_environment(product) | {"NO_COLOR": "1", "COLUMNS": "200"} | more,
        text=True,
        capture_output=True,
        timeout=300,
    )


def on_screen(product: Deployed, columns: int, *words: str) -> str:
    """What the same person sees in a terminal of that width."""
    main, side = pty.openpty()
    tty.setraw(side)
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = _environment(product) | {"NO_COLOR": "1", "TERM": "xterm"}
    environment.pop("COLUMNS", None)
    started = subprocess.Popen(
        _typed(*words), cwd=build.ROOT, env=environment, stdin=side, stdout=side, stderr=side
    )
    os.close(side)
    seen = b""
    try:
        while piece := os.read(main, 65536):
            seen += piece
    except OSError:  # Linux answers EIO once the command has ended
        pass
    os.close(main)
    assert started.wait(timeout=300) == 0, seen.decode()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())


def _typed(*words: str) -> list[str]:
    return [sys.executable, "-m", "snapkeep_cli.main", *words]


def _environment(product: Deployed) -> dict[str, str]:
    """The environment of somebody who may call the API and nothing else."""
    iam = product.client("iam")
    user = f"person-{os.urandom(4).hex()}"
    iam.create_user(UserName=user)
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=user, PolicyName="api", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return {
        **os.environ,
        **product.sandbox.environment(),
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        **({"AWS_REGION": product.region, "AWS_DEFAULT_REGION": product.region} if product.region else {}),
        "SNAPKEEP_API_URL": product.sandbox.invoke_url(product.outputs["ApiUrl"]),
    }
