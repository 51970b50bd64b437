"""Our handle_interruption as packaged, up to everything that a cordon needs.

Arguments: a certificate authority (PEM file), the transport (`quick` or `official`), the folders of the
function's package.
"""

# ruff: noqa: E402  (the clock starts before the imports it measures)
import time

STARTED = time.process_time()

import json
import sys
from importlib import import_module
from pathlib import Path

sys.path[0:0] = sys.argv[3:]
import_module("handler")

from snapkeep.adapters.kubernetes.client import Transport
from snapkeep.wiring import cordon


def transport(endpoint: str, authority: str) -> Transport:
    """The requested transport."""
    module = import_module(f"snapkeep.adapters.kubernetes.{sys.argv[2]}_transport")
    made: Transport = getattr(module, f"{sys.argv[2]}_transport")(endpoint, authority)
    return made


cordon.cordon_node()
transport("https://kubernetes.invalid", Path(sys.argv[1]).read_text())

print(json.dumps({"cpu_s": time.process_time() - STARTED, "modules": len(sys.modules)}))
