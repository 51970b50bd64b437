"""Asks a real API server and keeps its answers: `python -m tests.contract.api_server URL CA_FILE TOKEN_FILE`.

It should be fresh, without controllers and with the snapshot CRDs, as `make e2e` starts one.
"""

import sys
from pathlib import Path

from tests.contract.api_server.recorded import record
from tests.contract.sandbox_kubernetes.client import Client

if __name__ == "__main__":
    url, authority, token = sys.argv[1:]
    record(Client(url, Path(authority), Path(token).read_text().strip(), 30.0))
