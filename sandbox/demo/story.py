"""The demo's acts, in order: deploy the product unchanged, let its schedules fire, check the results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from sandbox.aws.identity import REGION
from sandbox.demo import build, evidence, kube, person, report, verify
from sandbox.demo.efs_act import EfsAct, make_file_system
from sandbox.demo.facts import ClaimFact, RestoreFact
from sandbox.demo.files.act import FilesAct
from sandbox.demo.files.building import Built, build_home, print_manifests
from sandbox.demo.files.volumes import Volumes
from sandbox.demo.health_act import HealthAct
from sandbox.demo.interruption_act import InterruptionAct
from sandbox.demo.kube import Admin
from sandbox.demo.lost_region import keys
from sandbox.demo.lost_region.act import LostRegionAct, Prepared
from sandbox.demo.lost_region.configs import (
    HOME_KEY,
    OSAKA,
    PLACE,
    SECRETS_KEY,
    SPARE,
    VAULT,
    in_osaka,
    of_vault,
)
from sandbox.demo.lost_region.copying import Copying
from sandbox.demo.restore_act import RestoreAct
from sandbox.demo.retention_act import RetentionAct
from sandbox.demo.steps import DemoError, Steps
from sandbox.deploy import DeployedStack, deploy
from sandbox.kubernetes import control
from sandbox.kubernetes.control import ClusterControl
from sandbox.launch import Sandbox
from snapkeep.domain.naming import backup_schedule
from snapkeep.domain.policies import Deployment

NO_WHEELS = (
    f"libfsext and libfsxfs have no wheels for Python {sys.version_info.major}.{sys.version_info.minor} here"
)
RUNS_SECONDS = 180
"""Two cold functions and a handful of snapshots take a few seconds; a busy machine takes much longer."""


@dataclass
class Story:
    """One performance: the config it deploys, where it builds, and what it found."""

    config: Path
    folder: Path
    console: Console
    steps: Steps
    claims: Sequence[ClaimFact] = field(default_factory=tuple)
    restores: Sequence[RestoreFact] = field(default_factory=tuple)
    files: FilesAct | None = None
    shared: EfsAct | None = None
    retention: RetentionAct | None = None
    interruption: InterruptionAct | None = None
    lost_region: LostRegionAct | None = None
    api_url: str = ""

    def play(self, sandbox: Sandbox) -> None:
        """Play all acts in a sandbox that has not started yet. Any fault raises."""
        # The start leaves half of the machine idle, and so do most acts.
        with ThreadPoolExecutor(2) as beside, ThreadPoolExecutor(1) as later:
            self._play(sandbox, beside, later)

    def _play(self, sandbox: Sandbox, beside: Executor, later: Executor) -> None:
        building = beside.submit(build_home, self.config, self.folder, self._build_seconds)
        deployment = self._read_config()
        cluster = deployment.clusters[0]
        printing = beside.submit(print_manifests, self.config, self.folder, cluster.name, self._build_seconds)
        with self.steps.step("Start AWS and an EKS cluster on this machine") as line:
            sandbox.start()
            for key in (HOME_KEY, SECRETS_KEY, PLACE.key, VAULT.key):
                sandbox.aws.make_key(key)
            keys.open_to(sandbox, HOME_KEY, VAULT.account)
            line.say(f"account {sandbox.account}, {sandbox.region}")
        stack, looks = self._deploy(sandbox, building), building.result().looks
        admin = self._fill_cluster(sandbox, printing)
        volumes = Volumes(sandbox, admin, self.folder / "volumes")
        self._fill_volumes(volumes)
        fired = self._fire(sandbox, deployment)
        self._watch(sandbox, stack, fired)
        self._check(sandbox, stack, admin)
        report.show(self.console, self.claims)
        person.let_owner_in(sandbox, admin, cluster.name)
        self.api_url = sandbox.invoke_url(stack.outputs["ApiUrl"])
        patience = person.SECONDS * self.steps.patience
        user = person.Person(sandbox, stack.outputs["ApiUrl"], patience, decrypts=SECRETS_KEY)
        restore = RestoreAct(self.steps, self.console, sandbox, admin, user)
        restore.restore_grown(self.claims)
        vault = self._prepare_vault(later, cluster.name)
        prepared = self._prepare_osaka(sandbox, later)
        table = stack.outputs["JournalTableName"]
        self._look_into_points(sandbox, volumes, user, table, looks)
        self.retention = RetentionAct(self.steps, self.console, sandbox, deployment, table)
        self.retention.play(self.claims)
        group = [each for each in self.claims if any(point.group for point in each.points)]
        copying = Copying(self.steps, sandbox, admin)
        lender = self._person_of_vault(sandbox, copying.deploy_vault(vault))
        copying.publish(group)
        self.interruption = InterruptionAct(self.steps, self.console, sandbox, admin, table)
        self.interruption.play(self.claims)
        copying.copy(group)
        restore.restore_lost(self.claims)
        self.restores = restore.facts
        if deployment.file_system_policies:
            self.shared = EfsAct(self.steps, self.console, sandbox, admin, user)
            self.shared.play()
        by_schedule = [policy.name for policy in deployment.file_system_policies]
        health = HealthAct(self.steps, self.console, sandbox, user, self.folder, by_schedule)
        health.play(cluster.name)
        self.lost_region = LostRegionAct(
            self.steps, self.console, sandbox, copying, user, lender, prepared, self.folder
        )
        self.lost_region.play(group)

    def _prepare_vault(self, later: Executor, cluster: str) -> Future[Path]:
        config = of_vault(self.folder / "vault" / "vault.yaml", cluster)
        return later.submit(build.synthesize, config, config.parent / "cdk.out", self._build_seconds)

    def _person_of_vault(self, sandbox: Sandbox, vault: DeployedStack) -> person.Person:
        limit = person.SECONDS * self.steps.patience
        return person.Person(sandbox, vault.outputs["ApiUrl"], limit, region=OSAKA, account=VAULT.account)

    def _prepare_osaka(self, sandbox: Sandbox, later: Executor) -> Prepared:
        """What the last act needs, made while the others are played."""
        config = in_osaka(self.folder / "osaka" / "snapkeep.yaml")
        return Prepared(
            later.submit(build.synthesize, config, config.parent / "cdk.out", self._build_seconds),
            later.submit(build.manifests, config, SPARE, self._build_seconds),
            sandbox.begin_cluster(SPARE, OSAKA),
        )

    @property
    def _build_seconds(self) -> float:
        return build.SECONDS * self.steps.patience

    def _read_config(self) -> Deployment:
        with self.steps.step("Read the config") as line:
            deployment = build.deployment_of(self.config, self._build_seconds)
            cluster = deployment.clusters[0]
            line.say(f"{len(deployment.policies)} policies for cluster {cluster.name}")
        if cluster.region != REGION:
            raise DemoError(
                f"cluster {cluster.name} is in {cluster.region}, the sandbox is in {REGION}",
                f"Set region: {REGION} in a copy of {self.config} and pass it with --config.",
            )
        return deployment

    def _deploy(self, sandbox: Sandbox, building: Future[Built]) -> DeployedStack:
        with self.steps.step("Build the functions and synthesize the CDK app"):
            assembly = building.result().assembly
        with self.steps.step("Deploy the stacks, IAM enforced") as line:
            stack, *places = deploy(assembly, sandbox.client)
            sandbox.aws.settings(functions_follow_clock=True)
            sandbox.aws.prepare_workers()  # each takes half a second, which nobody waits for now
            resources = sum(len(each.resources) for each in (stack, *places))
            line.say(f"{resources} resources, {len(places)} stack in {OSAKA}")
        return stack

    def _fill_cluster(self, sandbox: Sandbox, printing: Future[str]) -> Admin:
        admin = Admin(sandbox.kubeconfig, kube.SECONDS * self.steps.patience)
        with self.steps.step("Create WordPress and the lab's other workloads") as line:
            limit = control.SECONDS * self.steps.patience
            order = {"key": HOME_KEY, "file_system": make_file_system(sandbox)}
            lab = ClusterControl.from_folder(sandbox.kubeconfig.parent, limit).call("lab", order)
            line.say(f"{lab['objects']} objects on {len(lab['instances'])} nodes")
        with self.steps.step("Apply what `snapkeep manifests` prints") as line:
            line.say(f"{len(admin.apply(printing.result()))} objects")
        return admin

    def _fill_volumes(self, volumes: Volumes) -> None:
        with self.steps.step("Let the pods write to their volumes") as line:
            volumes.fill()
            line.say(f"{len(volumes.held)} file systems, which the kernel made, and cut off while mounted")

    def _look_into_points(
        self, sandbox: Sandbox, volumes: Volumes, user: person.Person, table: str, looks: bool
    ) -> None:
        if not looks:
            self.console.print(f"Nothing looks into points: {NO_WHEELS}", soft_wrap=True)
            return
        self.files = FilesAct(self.steps, self.console, sandbox, volumes, user, table, self.folder)
        self.files.play(self.claims)

    def _fire(self, sandbox: Sandbox, deployment: Deployment) -> int:
        """Move the clock to the next slot of each policy's schedule; return how many runs that started."""
        names = {backup_schedule(policy.name) for policy in deployment.policies if policy.schedule.enabled}
        with self.steps.step("Move the Scheduler's clock to the next slots") as line:
            due = [each for each in sandbox.aws.schedules() if each.name in names and each.next]
            fired = []
            for schedule in sorted(due, key=lambda each: str(each.next)):
                if schedule.next:
                    fired += sandbox.aws.advance_to(schedule.next, only=schedule.name)
                    sandbox.aws.wait_idle(60 * self.steps.patience)  # a run is only planned near its slot
            line.say(", ".join(f"{each.schedule} at {each.scheduled_time:%a %H:%M} UTC" for each in fired))
        if {each.schedule for each in fired} != names:
            raise DemoError(f"only {len(fired)} of the schedules {', '.join(sorted(names))} fired")
        runs = {backup_schedule(policy.name) for policy in deployment.volume_policies}
        return sum(each.schedule in runs for each in fired)

    def _watch(self, sandbox: Sandbox, stack: DeployedStack, runs: int) -> None:
        read = self._journal_reader(sandbox, stack)
        with self.steps.step("Watch recovery points become ready") as line:

            def settled() -> bool:
                journal = read()
                line.say(f"{journal.ready} of {len(journal.points)} points ready")
                return journal.is_settled and len(journal.runs) == runs

            def unsettled() -> DemoError:
                journal = read()
                states = [f"run {run['id']} is {run['state']}" for run in journal.runs] or [
                    "no run was journaled"
                ]
                points = [f"point {point['id']} is {point['state']}" for point in journal.points]
                return DemoError(f"not all {runs} runs have ended: " + "; ".join(states + points))

            line.wait_for(settled, RUNS_SECONDS, unsettled)

    def _check(self, sandbox: Sandbox, stack: DeployedStack, admin: Admin) -> None:
        journal = self._journal_reader(sandbox, stack)()
        with self.steps.step("Check what is really in EC2 and Kubernetes") as line:
            snapshots = evidence.read_snapshots(sandbox.client("ec2"))
            self.claims = evidence.claim_facts(journal, snapshots)
            runs, calls = evidence.run_facts(journal), sandbox.aws.calls()
            wrong = verify.complaints(runs, self.claims, admin.claims(), snapshots, calls)
            if wrong:
                raise DemoError("\n".join(wrong))
            line.say(f"{len(snapshots)} snapshots, every tag in place")

    def _journal_reader(self, sandbox: Sandbox, stack: DeployedStack) -> Callable[[], evidence.Journal]:
        dynamodb: Any = sandbox.client("dynamodb")
        table = stack.outputs["JournalTableName"]
        return lambda: evidence.read_journal(dynamodb, table)
