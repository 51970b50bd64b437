"""What every command pays before it begins."""

from __future__ import annotations

import subprocess
import sys


def test_a_command_that_reads_no_config_loads_neither_its_models_nor_boto3() -> None:
    """Together they took half of what `snapkeep status` took."""
    code = "import sys, snapkeep_cli.main; print(*{'boto3', 'snapkeep_cli.config.models'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
