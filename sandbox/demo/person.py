"""A platform engineer with their own IAM user, who types `snapkeep` commands."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass

from sandbox.demo.build import ROOT
from sandbox.demo.kube import Admin
from sandbox.demo.steps import DemoError
from sandbox.kubectl import program
from sandbox.launch import Sandbox

NAME = "platform-engineer"
SECONDS = 60
ADMINS = "lab-admins"
ADMIN_BINDING = f"""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: {ADMINS}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}
subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: Group, name: {ADMINS}}}]
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A command, its output and its exit code."""

    command: str
    code: int
    out: str
    err: str


def let_owner_in(sandbox: Sandbox, admin: Admin, cluster: str) -> None:
    """Let the account's owner, whose key `source .build/demo/env` sets, into the cluster as an admin.

    EKS does that for whoever creates a cluster; groups of an access entry cannot begin with `system:`.
    https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
    """
    sandbox.client("eks").create_access_entry(
        clusterName=cluster,
        principalArn=f"arn:aws:iam::{sandbox.account}:root",
        kubernetesGroups=[ADMINS],
    )
    admin.apply(ADMIN_BINDING)


class Person:
    """May call the API and nothing else in an account and Region, by default the sandbox's own, but decrypt
    with the key `decrypts` if there is one. A command may take `timeout` seconds."""

    _environment: Mapping[str, str]

    def __init__(
        self,
        sandbox: Sandbox,
        api_url: str,
        timeout: float = SECONDS,
        *,
        region: str = "",
        account: str = "",
        decrypts: str = "",
    ) -> None:
        self._sandbox, self._timeout = sandbox, timeout
        iam = sandbox.client("iam", region, account)
        iam.create_user(UserName=NAME)
        statements = [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}]
        if decrypts:
            statements.append({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": decrypts})
        document = {"Version": "2012-10-17", "Statement": statements}
        iam.put_user_policy(UserName=NAME, PolicyName="snapkeep", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=NAME)["AccessKey"]
        self._environment = {
            **os.environ,
            **sandbox.environment(),
            "KUBECONFIG": str(sandbox.kubeconfig),
            "PATH": f"{program().parent}{os.pathsep}{os.environ['PATH']}",
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            **_place(sandbox, region or sandbox.region, api_url),
            "NO_COLOR": "1",
            "COLUMNS": "110",
        }

    def elsewhere(self, region: str, api_url: str) -> Person:
        """The same person, who from now on talks to the API of another Region."""
        there = copy(self)
        there._environment = {**self._environment, **_place(self._sandbox, region, api_url)}
        return there

    def types(self, command: str, expected: int = 0) -> Said:
        """Run `snapkeep …` in its own process; DemoError if it does not end as expected."""
        words = [sys.executable, "-m", "snapkeep_cli.main", *shlex.split(command)[1:]]
        done = subprocess.run(
            words, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=self._timeout
        )
        if done.returncode != expected:
            raise DemoError(f"`{command}` ended with {done.returncode}, not {expected}:\n{done.stderr}")
        return Said(command, done.returncode, done.stdout, done.stderr)


def _place(sandbox: Sandbox, region: str, api_url: str) -> dict[str, str]:
    """The variables that lead a command to the API in a Region."""
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "SNAPKEEP_API_URL": sandbox.invoke_url(api_url),
    }
