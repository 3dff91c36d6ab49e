"""Small matrices are worked on by one thread, and only inside; without threadpoolctl all goes on as it was."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy.stats import qmc

from tredegar.results.statistics import blas_threads
from tredegar.results.statistics.blas_threads import one_thread
from tredegar.results.statistics.gaussian_process import fit_process
from tredegar.results.statistics.surface_draws import draw_surfaces

threadpoolctl = pytest.importorskip("threadpoolctl")


def threads() -> set[int]:
    return {each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"}


def test_inside_there_is_one_thread_and_outside_as_many_as_before() -> None:
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        with one_thread():
            assert threads() <= {1}
        assert threads() == before


def test_without_threadpoolctl_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    monkeypatch.setattr(blas_threads, "_libraries", blas_threads._libraries.__wrapped__)
    before = threads()
    with one_thread():
        assert threads() == before


def test_surfaces_do_not_depend_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.asarray(qmc.LatinHypercube(3, rng=np.random.default_rng(1)).random(40))

    def drawn() -> np.ndarray:
        return draw_surfaces(fit_process(points, points[:, :1] - points[:, 1:2], common=False), points[:5], number=16)

    with_it = drawn()
    monkeypatch.setattr(blas_threads, "_libraries", lambda: None)
    assert np.allclose(drawn(), with_it, atol=1e-3)
