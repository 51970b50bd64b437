"""The app synthesized in this process: `python app.py` without the ten seconds that importing CDK takes.

`tests/integration/test_synth.py` and the demo run the command itself.
"""

from __future__ import annotations

import os
from pathlib import Path

# Read by what CDK starts when it is imported. Validation takes most of a synth, and `make synth` does it.
os.environ.setdefault("CDK_VALIDATION", "false")
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

from aws_cdk import App

from app import define
from sandbox.demo.build import context_for


def synthesize(config: Path, out: Path, **settings: str) -> Path:
    """The assembly of this config for the sandbox, in `out`."""
    app = App(outdir=str(out), context=context_for(config, **settings))
    define(app)
    app.synth()
    return out
