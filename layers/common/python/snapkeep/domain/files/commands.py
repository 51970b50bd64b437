"""The command that lists the files of a recovery point, for copying."""

from __future__ import annotations


def ls_command(point_id: str, cluster: str, namespace: str) -> str:
    """What lists the root of a point's file system."""
    return f"snapkeep ls {point_id}:/ --cluster {cluster} --namespace {namespace}"
