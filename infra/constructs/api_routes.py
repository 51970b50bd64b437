"""The routes of the API, one by one, so that IAM policies can name each: no `{proxy+}`.

A test compares this list with the OpenAPI document generated from the code.
"""

from __future__ import annotations

from collections.abc import Mapping

from snapkeep.domain.policies import Deployment

CLUSTER = "/v1/clusters/{cluster}"
NAMESPACE = f"{CLUSTER}/namespaces/{{namespace}}"

ROUTES: Mapping[str, tuple[str, ...]] = {
    "/v1/openapi.json": ("GET",),
    "/v1/clusters": ("GET",),
    f"{CLUSTER}/backups": ("POST",),
    f"{CLUSTER}/backups/{{backup}}": ("GET",),
    f"{CLUSTER}/copies": ("GET",),
    f"{CLUSTER}/coverage": ("GET",),
    f"{CLUSTER}/prune": ("POST",),
    f"{CLUSTER}/recovery-points": ("GET",),
    f"{CLUSTER}/recovery-points/{{point}}": ("GET",),
    f"{CLUSTER}/recovery-points/{{point}}/hold": ("PUT", "DELETE"),
    f"{CLUSTER}/recovery-points/{{point}}/copies/{{place}}": ("PUT", "DELETE"),
    f"{CLUSTER}/report": ("GET",),
    f"{CLUSTER}/restores": ("POST",),
    f"{CLUSTER}/status": ("GET",),
    f"{CLUSTER}/try": ("POST",),
    f"{NAMESPACE}/backups": ("POST",),
    f"{NAMESPACE}/backups/{{backup}}": ("GET",),
    f"{NAMESPACE}/claims/{{claim}}": ("GET",),
    f"{NAMESPACE}/copies": ("GET",),
    f"{NAMESPACE}/coverage": ("GET",),
    f"{NAMESPACE}/recovery-points": ("GET",),
    f"{NAMESPACE}/recovery-points/{{point}}": ("GET",),
    f"{NAMESPACE}/recovery-points/{{point}}/hold": ("PUT", "DELETE"),
    f"{NAMESPACE}/recovery-points/{{point}}/copies/{{place}}": ("PUT", "DELETE"),
    f"{NAMESPACE}/restores": ("GET", "POST"),
    f"{NAMESPACE}/restores/{{restore}}": ("GET", "DELETE"),
    f"{NAMESPACE}/try": ("POST",),
}
"""From path to its methods, where there are clusters."""

CHECKS_ROUTES: Mapping[str, tuple[str, ...]] = {f"{CLUSTER}/recovery-points/{{point}}/acceptance": ("PUT",)}
"""Those of a deployment that looks into points, besides."""

FILES_ROUTES: Mapping[str, tuple[str, ...]] = {
    f"{CLUSTER}/file-operations/{{operation}}": ("GET",),
    f"{CLUSTER}/recovery-points/{{point}}/downloads": ("POST",),
    f"{CLUSTER}/recovery-points/{{point}}/listings": ("POST",),
    f"{NAMESPACE}/claims/{{claim}}/searches": ("POST",),
    f"{NAMESPACE}/claims/{{claim}}/versions": ("POST",),
    f"{NAMESPACE}/file-operations/{{operation}}": ("GET",),
    f"{NAMESPACE}/recovery-points/{{point}}/downloads": ("POST",),
    f"{NAMESPACE}/recovery-points/{{point}}/listings": ("POST",),
}
"""Those of a deployment that reads files, besides."""

OBJECTS_ROUTES: Mapping[str, tuple[str, ...]] = {
    f"{CLUSTER}/backups/{{backup}}/objects": ("GET",),
    f"{NAMESPACE}/backups/{{backup}}/downloads": ("POST",),
}
"""Those of a deployment that saves objects, besides."""

FILE_SYSTEMS_ROUTES: Mapping[str, tuple[str, ...]] = {
    f"{CLUSTER}/efs-restores": ("POST",),
    f"{NAMESPACE}/efs-restores": ("POST",),
    f"{NAMESPACE}/efs-restores/{{restore}}": ("GET", "DELETE"),
    f"{NAMESPACE}/efs-restores/{{restore}}/claim": ("PUT",),
    f"{NAMESPACE}/efs-restores/{{restore}}/directory": ("PUT",),
    "/v1/file-systems/prune": ("POST",),
}
"""Those of a deployment that backs up file systems, besides."""

BORROWING_ROUTES: Mapping[str, tuple[str, ...]] = {"/v1/borrowed-copies/{point}": ("GET", "PUT")}
"""Those of a deployment that borrows copies, besides."""

VAULT_ROUTES: Mapping[str, tuple[str, ...]] = {
    "/v1/openapi.json": ("GET",),
    "/v1/clusters": ("GET",),
    f"{CLUSTER}/copies": ("GET",),
    f"{CLUSTER}/prune": ("POST",),
    f"{NAMESPACE}/copies": ("GET",),
    "/v1/copies": ("GET",),
    "/v1/loans": ("GET",),
    "/v1/loans/{copy}/{account}": ("PUT", "DELETE"),
    "/v1/report": ("GET",),
    "/v1/status": ("GET",),
}
"""Those of a vault, which has no clusters."""


def routes_of(deployment: Deployment, *, objects: bool) -> Mapping[str, tuple[str, ...]]:
    """The methods of each path that a deployment's API answers; `objects` says whether it saves some."""
    if deployment.vault:
        return VAULT_ROUTES
    return {
        **ROUTES,
        **(BORROWING_ROUTES if deployment.borrow else {}),
        **(CHECKS_ROUTES if deployment.checks else {}),
        **(FILES_ROUTES if deployment.files else {}),
        **(OBJECTS_ROUTES if objects else {}),
        **(FILE_SYSTEMS_ROUTES if deployment.file_system_policies else {}),
    }
