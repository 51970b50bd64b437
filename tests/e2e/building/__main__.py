"""`python -m tests.e2e.building [MINOR]`: build what is not built yet, say what it cost and where it is."""

from __future__ import annotations

import signal
import sys

from tests.e2e.building.programs import DEFAULT, BuildError, build


def main() -> int:
    """Returns the exit code; the last line printed is the folder of the programs."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # raises, so that what is half built goes
    try:
        print(build(sys.argv[1] if len(sys.argv) > 1 else DEFAULT).folder)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
