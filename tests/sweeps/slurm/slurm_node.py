"""A real Slurm of one node on the loopback interface, for tests: controller, node, keys and logs in one folder.

It needs root and Debian's packages slurmctld, slurmd, slurm-client and munge; nothing outside its folder is written,
and every socket that it listens on is on 127.0.0.1. The node claims four cores and two GPUs whatever the machine has;
the GPUs are device files that lead nowhere.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...support.waiting import PATIENCE, wait_until

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo")
FINISHED = ("BOOT_FAIL", "CANCELLED", "COMPLETED", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "TIMEOUT")

COMMON = """\
ClusterName=test
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
MpiDefault=none
SwitchType=switch/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1,default_queue_depth=100
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
MinJobAge=3600
MailProg=/bin/true
SlurmctldPidFile={folder}/slurmctld.pid
StateSaveLocation={folder}/state
SlurmctldLogFile={folder}/slurmctld.log
"""
ONE_NODE = """\
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
GresTypes=gpu
SlurmdPidFile={folder}/slurmd.pid
SlurmdSpoolDir={folder}/spool
SlurmdLogFile={folder}/slurmd.log
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 Sockets=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=16000 Gres=gpu:2
PartitionName=short Nodes={host} Default=YES DefMemPerCPU=500 MaxTime=04:00:00 State=UP OverSubscribe=NO
"""


def missing() -> str:
    """Return what this machine lacks for a Slurm of its own, or "" if nothing."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"not installed: {', '.join(absent)} (Debian: slurmctld slurmd slurm-client munge)"
    if os.geteuid() != 0:
        return "a Slurm of its own needs root"
    return ""


@dataclass(frozen=True, slots=True)
class SlurmNode:
    """A Slurm that runs; ``environment`` is what its commands need."""

    folder: Path
    environment: Mapping[str, str]
    entered: tuple[str, ...] = ()
    """The words before a command that run it on the host of the controller, where that is one of its own."""

    def words(self, *words: str, cwd: Path | None = None) -> list[str]:
        """Return the words that run a command in the folder ``cwd`` of the host of the controller."""
        return [*self.entered, "env", *(["-C", str(cwd)] if cwd else []), *words]

    def call(self, *words: str, cwd: Path | None = None, given: str | None = None) -> str:
        """Run a command of Slurm, or one that calls it, and return what it printed; raises if it fails."""
        done = subprocess.run(
            self.words(*words, cwd=cwd),
            env=dict(self.environment),
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"{words}: {done.stderr}{done.stdout}"
        return done.stdout

    def states(self, job: str) -> dict[str, str]:
        """Return the state of each task of ``job`` that Slurm shows, such as {"12_0": "RUNNING"}."""
        lines = self.call("squeue", "--noheader", "--array", "--states=all", f"--jobs={job}", "--format=%i %T")
        return dict(line.split() for line in lines.splitlines())

    def facts(self, job: str) -> dict[str, str]:
        """Return what ``scontrol show job`` says of one job or task."""
        words = self.call("scontrol", "--oneliner", "show", "job", job).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def wait(self, *jobs: str) -> dict[str, str]:
        """Wait until all ``jobs`` have ended; return the last state of each of their tasks."""
        last: dict[str, str] = {}

        def ended() -> bool:
            last.clear()
            for job in jobs:
                last.update(self.states(job))
            return all(state in FINISHED for state in last.values())

        wait_until(ended, lambda: f"jobs {jobs} have not ended: {last}")
        return last

    def came_back(self, job: str) -> bool:
        """Whether ``job`` is in the queue again and its first run has left the node, where it had a socket."""
        facts = self.facts(job)
        sockets = list(self.folder.glob(f"spool*/*_{facts['JobId']}.*"))
        return facts["Restarts"] != "0" and facts["JobState"] == "PENDING" and not sockets

    def start_again(self, job: str, *changes: str) -> None:
        """Start ``job``, which came back, in two seconds, where Slurm has it wait for two minutes.

        Slurm waits so that what it said of the first run is not taken for the second's. What it says of the end of a
        run counts for all that starts in the same second, so that "now" would be too early: the node would refuse the
        job ("Job credential revoked") and Slurm call it failed.
        """
        self.call("scontrol", "update", f"JobId={job}", "StartTime=now+2", *changes)


@contextmanager
def slurm_node(folder: Path) -> Iterator[SlurmNode]:
    """Start a Slurm in ``folder``, yield it once its node is idle, and stop it with whatever jobs it still has."""
    configuration = _configure(folder)
    node = SlurmNode(folder, {**clean_environment(), "SLURM_CONF": str(configuration)})
    try:
        start_daemon(folder, *munged(folder))
        start_daemon(folder, "slurmctld", "-c", "-f", str(configuration))
        start_daemon(folder, "slurmd", "-f", str(configuration))
        wait_until(
            lambda: "idle" in _said(node, "sinfo", "--noheader", "--format=%T"),
            lambda: f"the node did not come up: {(folder / 'slurmctld.log').read_text()[-2000:]}",
        )
        yield node
    finally:
        _said(node, "scancel", "--quiet", "--full", "--user=root", "--signal=KILL")
        for name in ("slurmd", "slurmctld", "munged"):
            _stop(folder / f"{name}.pid")


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("SLURM", "SBATCH", "DASK"))}


def make_folders(folder: Path) -> None:
    """Make the folders that the daemons need, and the key with which they know each other."""
    for name in ("state", "spool", "run"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o600)


def _configure(folder: Path) -> Path:
    make_folders(folder)
    for number in range(2):
        # Character devices named by number, or Slurm drains the node; 1:3 is the one that reads as empty.
        os.mknod(folder / f"nvidia{number}", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    host = socket.gethostname().split(".")[0]
    (folder / "gres.conf").write_text(f"NodeName={host} Name=gpu File={folder}/nvidia[0-1]\n")
    ports = _free_ports(2)
    text = (COMMON + ONE_NODE).format(host=host, folder=folder, controller_port=ports[0], node_port=ports[1])
    configuration = folder / "slurm.conf"
    configuration.write_text(text)
    return configuration


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def munged(folder: Path) -> list[str]:
    """Return the command of a munge daemon that keeps all its files in ``folder``."""
    names = {"socket": "munge.socket", "key-file": "munge.key", "pid-file": "munged.pid", "log-file": "munged.log"}
    options = [f"--{option}={folder / name}" for option, name in {**names, "seed-file": "munged.seed"}.items()]
    return ["munged", "--force", *options]


def start_daemon(folder: Path, name: str, *words: str, entered: tuple[str, ...] = ()) -> None:
    """Start a program that goes into the background, on the host that the words ``entered`` lead to."""
    # Daemons keep the pipes of their parent open: their words go to a file.
    path = folder / f"{name}.start"
    with path.open("a") as output:
        done = subprocess.run(
            [*entered, name, *words], stdout=output, stderr=output, env=clean_environment(), timeout=PATIENCE
        )
    assert done.returncode == 0, f"{name} did not start: {path.read_text()}"


def _said(node: SlurmNode, *words: str) -> str:
    return subprocess.run(words, env=dict(node.environment), capture_output=True, text=True, timeout=PATIENCE).stdout


def _stop(pid_file: Path) -> None:
    try:
        process = int(pid_file.read_text())
        os.kill(process, signal.SIGTERM)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    os.kill(process, signal.SIGKILL)
