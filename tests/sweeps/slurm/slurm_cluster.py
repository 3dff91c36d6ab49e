"""A real Slurm of three nodes and a host for its controller, each a machine of its own as far as a program can see.

A host has its own network, host name, processes and mounts (namespaces of Linux); all share the disk. A bridge on the
host of the controller joins them; nothing outside can be reached from there, or sees it. A node dies as in a power
cut: its cable is drawn, then all its processes are killed at once. All is gone when the process that started it is.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ...support.waiting import PATIENCE, wait_until
from .slurm_node import COMMON, SlurmNode, clean_environment, make_folders, missing, munged, start_daemon

HEAD = "head"
NODES = ("n1", "n2", "n3")
HOSTS = (HEAD, *NODES)
THREE_NODES = """\
SlurmctldHost=head(10.77.0.1)
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdSpoolDir={folder}/spool-%n
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdTimeout=20
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=n1 NodeAddr=10.77.0.2 CPUs=2 Sockets=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=16000
NodeName=n2 NodeAddr=10.77.0.3 CPUs=2 Sockets=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=16000
NodeName=n3 NodeAddr=10.77.0.4 CPUs=2 Sockets=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=16000
PartitionName=DEFAULT Nodes=n[1-3] DefMemPerCPU=500 MaxTime=04:00:00 State=UP OverSubscribe=NO
PartitionName=short Default=YES PriorityTier=1
PartitionName=urgent PriorityTier=10 PreemptMode=OFF
"""
PROGRAMS = ("ip", "nsenter", "unshare")
NEW_HOST = ("unshare", "--net", "--uts", "--ipc", "--pid", "--fork", "--mount-proc")
# The first process of a host. It takes leave of its children, as the first must, and ends when its input does.
FIRST = 'hostname "$1" && ip link set lo up && echo up && read -r _'


def hosts_missing() -> str:
    """Return what this machine lacks for hosts of its own, or "" if nothing."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent or missing():
        return missing() or f"not installed: {', '.join(absent)} (Debian: iproute2 util-linux)"
    tried = subprocess.run([*NEW_HOST, "ip", "link", "add", "eth0", "type", "bridge"], capture_output=True, text=True)
    return f"hosts cannot be made here: {tried.stderr.strip()}" if tried.returncode else ""


@dataclass(frozen=True, slots=True, eq=False)
class Host:
    """A machine within this one; ``first`` is its first process, with which it ends."""

    name: str
    outer: subprocess.Popen[str]
    first: int

    @property
    def entered(self) -> tuple[str, ...]:
        """The words before a command that run it on this host."""
        return ("nsenter", "--target", str(self.first), "--all")

    def ip(self, *words: str) -> None:
        """Run the program ``ip`` in the network of this host; it names processes as they are called outside."""
        entered = ("nsenter", "--target", str(self.first), "--net")
        done = subprocess.run([*entered, "ip", *words], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, f"ip {words} on {self.name}: {done.stderr}"

    def end(self) -> None:
        """Kill all processes of the host at once, as the kernel does when the first is killed."""
        if self.outer.poll() is None:
            os.kill(self.first, signal.SIGKILL)
        if not self.outer.stdin.closed:  # type: ignore[union-attr]
            self.outer.communicate(timeout=PATIENCE)


def start_host(name: str) -> Host:
    """Start a host without a network."""
    outer = subprocess.Popen(
        [*NEW_HOST, "bash", "-c", FIRST, "bash", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # "unshare" complains of a mask of signals that it does not need
        text=True,
    )
    assert outer.stdout is not None
    assert outer.stdout.readline() == "up\n", f"host {name} did not start"
    (first,) = psutil.Process(outer.pid).children()
    return Host(name, outer, first.pid)


@dataclass(frozen=True, slots=True, eq=False)
class SlurmCluster:
    """Three nodes and their controller. ``slurm`` runs commands on the host of the controller."""

    folder: Path
    environment: Mapping[str, str]
    hosts: dict[str, Host] = field(default_factory=dict)

    @property
    def slurm(self) -> SlurmNode:
        return SlurmNode(self.folder, self.environment, self.hosts[HEAD].entered)

    def start(self) -> None:
        """Start all hosts and what runs on them; return when all nodes are idle."""
        head = self.hosts[HEAD] = start_host(HEAD)
        head.ip("link", "add", "eth0", "type", "bridge")
        head.ip("address", "add", "10.77.0.1/24", "dev", "eth0")
        head.ip("link", "set", "eth0", "up")
        start_daemon(self.folder, *munged(self.folder), entered=head.entered)
        start_daemon(self.folder, "slurmctld", "-c", "-f", self._configuration, entered=head.entered)
        self.switch_on_all()

    def switch_on_all(self) -> None:
        """Start those nodes that are not running."""
        for name in NODES:
            if name not in self.hosts or self.hosts[name].outer.poll() is not None:
                self.switch_on(name)

    def switch_on(self, name: str) -> None:
        """Start node ``name``, with an empty disk of its own, and wait until Slurm sends it jobs."""
        node, head, cable = start_host(name), self.hosts[HEAD], f"to-{name}"
        self.hosts[name] = node
        shutil.rmtree(self.folder / f"spool-{name}", ignore_errors=True)
        head.ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(node.first))
        head.ip("link", "set", cable, "master", "eth0", "up")
        node.ip("address", "add", f"10.77.0.{HOSTS.index(name) + 1}/24", "dev", "eth0")
        node.ip("link", "set", "eth0", "up")
        start_daemon(self.folder, "slurmd", "-N", name, "-f", self._configuration, entered=node.entered)
        wait_until(lambda: self.state_of(name) == "idle", lambda: f"node {name} is {self.state_of(name)}")

    def power_cut(self, name: str) -> None:
        """End node ``name`` without a word to anybody; its own disk is lost."""
        self.hosts[HEAD].ip("link", "set", f"to-{name}", "down")
        self.hosts[name].end()
        shutil.rmtree(self.folder / f"spool-{name}", ignore_errors=True)

    def state_of(self, name: str) -> str:
        """Return what Slurm says of node ``name``: idle, mixed, allocated, down, ..."""
        said = self.slurm.call("sinfo", "--noheader", "--partition=short", f"--nodes={name}", "--format=%T")
        return said.strip()

    def stop(self) -> None:
        for name in reversed(HOSTS):
            if name in self.hosts:
                self.hosts[name].end()

    @property
    def _configuration(self) -> str:
        return self.environment["SLURM_CONF"]


@contextmanager
def slurm_cluster(folder: Path) -> Iterator[SlurmCluster]:
    """Start a Slurm of three nodes in ``folder``, yield it when all are idle, and end it with all its processes."""
    make_folders(folder)
    configuration = folder / "slurm.conf"
    configuration.write_text((COMMON + THREE_NODES).format(folder=folder))
    cluster = SlurmCluster(folder, {**clean_environment(), "SLURM_CONF": str(configuration)})
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
