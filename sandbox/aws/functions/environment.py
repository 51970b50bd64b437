"""A function's environment variables: Lambda's own, the role's credentials and the configured ones.

Nothing from the sandbox's environment reaches a function (Lambda guide, "Defined runtime environment
variables"). AWS_ENDPOINT_URL is the one addition: it points the SDK at the sandbox. HOME and TMPDIR point to
the worker's own folder, so the developer's ~/.aws is never read.
"""

import sys
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime

INTERPRETER = f"python{sys.version_info.major}.{sys.version_info.minor}"


def function_environment(config: dict[str, Any], endpoint: str, task: Path, scratch: Path) -> dict[str, str]:
    """Return a worker's whole environment; `config` is the function's configuration as ministack stores
    it.
    """
    name = config["FunctionName"]
    region = config["FunctionArn"].split(":")[3]
    logging = config.get("LoggingConfig") or {}
    return {
        **{key: str(value) for key, value in config.get("Environment", {}).get("Variables", {}).items()},
        **lambda_runtime.execution_credentials(config),
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config['Runtime']}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": logging.get("LogFormat", "Text"),
        "AWS_LAMBDA_LOG_GROUP_NAME": logging.get("LogGroup") or f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"[{config.get('Version', '$LATEST')}]{scratch.name}",
        "AWS_REGION": region,
        "HOME": str(scratch),
        "LAMBDA_TASK_ROOT": str(task),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "TMPDIR": str(scratch),
        "TZ": ":UTC",
        "_HANDLER": config["Handler"],
    }


def runtime_refusal(name: str, runtime: str) -> str | None:
    """Return why this sandbox cannot run a function on this runtime, or None if it can."""
    if runtime == INTERPRETER:
        return None
    return (
        f"function {name} asks for runtime {runtime or 'none'}, but the sandbox runs functions on its own "
        f"interpreter, {INTERPRETER}; deploy it with runtime {INTERPRETER} or start the sandbox with "
        f"that Python"
    )
