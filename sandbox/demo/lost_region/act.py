"""The loss: cluster, functions, journal and snapshots of the home Region are gone, and Osaka takes over."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sandbox.demo.evidence import snapshot_ids
from sandbox.demo.facts import ClaimFact, LiveCopy, LostRegionFact
from sandbox.demo.kube import SECONDS as KUBE_SECONDS
from sandbox.demo.kube import Admin
from sandbox.demo.lost_region import verify
from sandbox.demo.lost_region.configs import OSAKA, PLACE, SPARE
from sandbox.demo.lost_region.copying import Copying
from sandbox.demo.lost_region.evidence import still_answering
from sandbox.demo.lost_region.loan import Loan
from sandbox.demo.lost_region.workloads import Workloads
from sandbox.demo.person import Person, Said
from sandbox.demo.report import titled_table
from sandbox.demo.steps import DemoError, Steps
from sandbox.deploy import deploy
from sandbox.kubernetes import control
from sandbox.kubernetes.control import ClusterControl
from sandbox.launch import RunningCluster, Sandbox

FINISHER = "snapkeep-finish-restores"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a team has ready for Osaka: the assembly, the manifests, and a cluster that is starting."""

    assembly: Future[Path]
    manifests: Future[str]
    cluster: Callable[[], RunningCluster]


@dataclass
class LostRegionAct:
    """Restores the claims that `copying` copied; `fact` holds the findings."""

    steps: Steps
    console: Console
    sandbox: Sandbox
    copying: Copying
    person: Person
    lender: Person
    prepared: Prepared
    folder: Path
    fact: LostRegionFact | None = None
    kubeconfig: Path = Path()

    def play(self, group: Sequence[ClaimFact]) -> None:
        """Play the whole act; DemoError if EC2 or a cluster contradicts the commands."""
        at_home = snapshot_ids(self.sandbox.client("ec2"))
        copies = self.copying.copies(PLACE)
        self._lose()
        try:
            admin = self._start_cluster()
            person = self._deploy(admin)
            self._restore(admin, person, group)
            self._run(Workloads(self.sandbox, admin), group)
            borrowed = self._borrow(admin, person, group[0])
            self._finish([*copies, borrowed])
        finally:
            self._let_home_answer()
        self._compare(at_home)

    def _lose(self) -> None:
        with self.steps.step(f"Lose {self.sandbox.region}: cluster, functions, journal, snapshots") as line:
            self.sandbox.aws.wait_idle()
            self._home().set_unreachable("hang")
            self.sandbox.aws.settings(lost_regions=[self.sandbox.region])
            answering = still_answering(self.sandbox)
            if answering:
                raise DemoError(f"{', '.join(answering)} still answers")
            line.say("nothing there answers")

    def _start_cluster(self) -> Admin:
        with self.steps.step("Start a cluster in Osaka") as line:
            cluster = self.prepared.cluster()
            self.kubeconfig = cluster.kubeconfig
            lab = self._control(cluster.kubeconfig.parent).call("lab", {"furnish": True})
            line.say(f"{cluster.name}: {len(lab['instances'])} nodes, and nothing runs on them")
        return Admin(cluster.kubeconfig, KUBE_SECONDS * self.steps.patience)

    def _deploy(self, admin: Admin) -> Person:
        with self.steps.step("Deploy Snapkeep there, with adopt: true") as line:
            stack, *_ = deploy(self.prepared.assembly.result(), self.sandbox.client)
            applied = admin.apply(self.prepared.manifests.result())
            line.say(f"{len(stack.resources)} resources, {len(applied)} objects")
        return self.person.elsewhere(OSAKA, stack.outputs["ApiUrl"])

    def _restore(self, admin: Admin, person: Person, group: Sequence[ClaimFact]) -> None:
        """Restore all claims of the group at once, as two people would."""
        commands = [
            f"snapkeep restore --from-place {PLACE.place} --claim {claim} --cluster {SPARE} --wait"
            for claim in group
        ]
        names = " and ".join(claim.claim for claim in group)
        with self.steps.step(f"Restore {names} from their copies") as line:
            for namespace in sorted({claim.namespace for claim in group}):
                admin.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
            with ThreadPoolExecutor(len(commands)) as beside:
                said = list(beside.map(person.types, commands))
            line.say(f"{len(said)} restored")
        for each in said:
            self._show(each)

    def _run(self, workloads: Workloads, group: Sequence[ClaimFact]) -> None:
        with self.steps.step("Apply WordPress's manifests, and read its post") as line:
            copies = self.copying.copies(PLACE)
            running = workloads.apply(line)
            found = tuple(workloads.returned(claim, copies) for claim in group)
            self.fact = LostRegionFact(self.sandbox.region, SPARE, tuple(copies), found)
            wrong = verify.returned(found, self.copying.newest, self.copying.written)
            if wrong:
                raise DemoError("\n".join(wrong))
            line.say(f"{' and '.join(running)} run in {OSAKA}, and the post is there")
        self._show_returned(self.fact)

    def _borrow(self, admin: Admin, person: Person, claim: ClaimFact) -> LiveCopy:
        """One claim comes back without the account's own copies, too; returns the borrowed copy."""
        loan = Loan(self.steps, self.copying, self.lender, person, self.folder)
        borrowed = loan.borrow(claim)
        fact = loan.restore(claim, admin)
        for each in loan.said:
            self._show(each)
        if self.fact:
            self.fact = dataclasses.replace(self.fact, borrowed=fact)
        return borrowed

    def _finish(self, copies: Sequence[LiveCopy]) -> None:
        with self.steps.step("Finish the restores: the copies stay as they were") as line:
            answer = self.sandbox.client("lambda", OSAKA).invoke(
                FunctionName=FINISHER, Payload=json.dumps({}).encode()
            )
            finished = json.loads(answer["Payload"].read()).get("finished", [])
            wrong = verify.untouched(copies, self.copying.copies(PLACE))
            if wrong:
                raise DemoError("\n".join(wrong))
            line.say(f"{len(finished)} finished; {len(copies)} copies, locked, without holds")

    def _let_home_answer(self) -> None:
        self.sandbox.aws.settings(lost_regions=[])
        self._home().set_unreachable("")

    def _compare(self, at_home: set[str]) -> None:
        with self.steps.step(f"{self.sandbox.region} answers again") as line:
            lost = at_home - snapshot_ids(self.sandbox.client("ec2"))
            if lost:
                raise DemoError(f"{', '.join(sorted(lost))} are gone though nobody deleted them")
            line.say(f"its {len(at_home)} snapshots are still there")

    def _home(self) -> ClusterControl:
        return self._control(self.sandbox.kubeconfig.parent)

    def _control(self, folder: Path) -> ClusterControl:
        return ClusterControl.from_folder(folder, control.SECONDS * self.steps.patience)

    def _show(self, said: Said) -> None:
        self.console.print(f"\n$ {said.command}", markup=False, soft_wrap=True, style="bold")
        for line in (said.err + said.out).rstrip().splitlines():
            self.console.print(f"  {line}", markup=False, soft_wrap=True)

    def _show_returned(self, fact: LostRegionFact) -> None:
        table = titled_table(f"Back in {OSAKA}", "claim", "data of (UTC)", "copy", "volume", "holds")
        for each in fact.returned:
            table.add_row(
                each.claim, f"{each.taken:%Y-%m-%d %H:%M:%S}", each.copy_id, each.volume_id, each.holds
            )
        self.console.print("", table)
