"""Where the command finds the Region to sign for: as the AWS CLI does."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from snapkeep_cli.api import connection

URL = "http://127.0.0.1:9/live/"


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Somebody with a key and nothing else."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return monkeypatch


def region_of(url: str = URL, **options: Any) -> str:
    transport: Any = connection.connect(url, **options).transport
    return str(transport.inner._signer._region_name)


def test_the_region_comes_from_the_environment_as_the_aws_cli_reads_it(alone: pytest.MonkeyPatch) -> None:
    alone.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert region_of() == "us-east-1"
    alone.setenv("AWS_REGION", "eu-west-1")
    assert region_of() == "eu-west-1"
    assert region_of(region="eu-north-1") == "eu-north-1"


def test_without_a_region_it_says_where_to_set_one(
    alone: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        region_of()
    assert "give --region, or set AWS_REGION" in capsys.readouterr().err
