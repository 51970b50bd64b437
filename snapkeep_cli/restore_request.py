"""Asks the API for a restore, on the route whose permission it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapkeep_cli.api.calls import Document, place
from snapkeep_cli.api.client import ApiClient


def ask_restore(
    api: ApiClient, cluster: str, namespace: str, wish: Document, elsewhere: Document
) -> tuple[int, Document]:
    """Request a restore, without what is empty; for a claim from elsewhere on the cluster's own route, which
    needs its own permission."""
    if given := _given(elsewhere):
        return api.post(_given(wish) | {"namespace": namespace} | given, "clusters", cluster, "restores")
    return api.post(_given(wish), *place(cluster, namespace, "restores"))


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
