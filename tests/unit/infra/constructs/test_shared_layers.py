"""The layers of all functions."""

from __future__ import annotations

from typing import Any

from tests.unit.infra.conftest import FUNCTIONS
from tests.unit.infra.template import Template


def test_every_function_has_the_same_layers_packages_first(template: Template) -> None:
    layers = {str(template.function(name)["Layers"]) for name in FUNCTIONS}
    described = [template.at(layer)["Description"] for layer in template.function("prune")["Layers"]]

    assert len(layers) == 1
    assert described == [
        "Snapkeep: third-party packages, from requirements-runtime.lock",
        "Snapkeep: our own code",
        "Snapkeep: the validated snapkeep.yaml",
    ]


def test_layers_say_for_which_runtime_they_were_built(template: Template) -> None:
    for layer in template.resources("Lambda::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == ["python3.13"]
        assert layer["CompatibleArchitectures"] == ["arm64"]


def test_what_a_build_had_to_leave_out_is_a_warning_of_the_synth(assembly: Any) -> None:
    messages = [message.entry.data for message in assembly.get_stack_by_name("Snapkeep").messages]

    assert [message for message in messages if "no Python 3.13 on this machine" in str(message)]
