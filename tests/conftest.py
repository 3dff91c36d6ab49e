"""Settings and fixtures that all tests share: repeatable examples, and the list of files of the repository."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from .support.places import ROOT

# The same examples in every run, so that few will do; `pytest --hypothesis-profile explore` draws 100 new ones. A first
# compile may take half a minute, so that no deadline is set and a slow first example is no fault.
ANY_TIME = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, max_examples=60, **ANY_TIME)
settings.register_profile("explore", print_blob=True, **ANY_TIME)
settings.load_profile("repeatable")


# A shell has what it starts in the background ignore Ctrl-C, and so would every process that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> tuple[str, ...]:
    """The tracked files, as paths relative to the root; skips where the tests run outside a git checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("the files of the repository are listed by git, and this folder is no git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(name for name in listed.split("\0") if name and (ROOT / name).is_file())
