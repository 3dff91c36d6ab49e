"""Sweeps side by side: threads share the settings of their process; a forked process lacks its parent's threads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, Thread

from distributed import utils

from tredegar.sweeps.cluster.forked import replace_lost_threads
from tredegar.sweeps.cluster.local import Shared


def test_the_first_thread_enters_and_the_last_one_leaves_whatever_their_order() -> None:
    told: list[str] = []

    @contextmanager
    def settings() -> Iterator[None]:
        told.append("set")
        yield
        told.append("put back")

    shared, first, second = Shared(settings), Barrier(3), Barrier(2)

    def stay() -> None:
        with shared.shared():
            first.wait()
            second.wait()

    def go() -> None:
        with shared.shared():
            first.wait()

    threads = [Thread(target=stay), Thread(target=go)]
    for thread in threads:
        thread.start()
    first.wait()
    threads[1].join()
    assert told == ["set"]
    second.wait()
    threads[0].join()
    assert told == ["set", "put back"]
    with shared.shared():
        assert told == ["set", "put back", "set"]


def test_what_fails_inside_puts_the_settings_back_too() -> None:
    told: list[str] = []

    @contextmanager
    def settings() -> Iterator[None]:
        try:
            yield
        finally:
            told.append("put back")

    shared = Shared(settings)
    try:
        with shared.shared():
            raise KeyError
    except KeyError:
        assert told == ["put back"]


FORKED = """
import os, sys
import dask.array as da
from distributed import utils
from tredegar.sweeps.cluster.forked import replace_lost_threads

assert da.ones(4, chunks=1).sum().compute() == 4
assert utils._offload_executor.submit(int, "3").result() == 3
if (child := os.fork()) == 0:
    replace_lost_threads()
    print(utils._offload_executor.submit(int, "5").result(), da.ones(4, chunks=1).sum().compute())
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
"""


def test_a_forked_process_has_threads_of_its_own() -> None:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore::DeprecationWarning"}
    done = subprocess.run([sys.executable, "-c", FORKED], env=environment, capture_output=True, text=True, timeout=900)
    assert (done.returncode, done.stdout) == (0, "5 4.0\n"), done.stderr


def test_a_process_that_was_not_forked_keeps_its_threads() -> None:
    assert utils._offload_executor.submit(int, "3").result() == 3
    before = utils._offload_executor
    replace_lost_threads()
    assert utils._offload_executor is before
