"""Small matrices are worked on by one thread, and only inside."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
import threadpoolctl
from scipy.stats import qmc

from tredegar.results.statistics import gaussian_process, surface_draws
from tredegar.results.statistics.blas_threads import one_thread
from tredegar.results.statistics.gaussian_process import fit_process
from tredegar.results.statistics.surface_draws import draw_surfaces


def threads() -> set[int]:
    return {each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"}


def test_inside_there_is_one_thread_and_outside_as_many_as_before() -> None:
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        with one_thread():
            assert threads() <= {1}
        assert threads() == before


def test_surfaces_do_not_depend_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.asarray(qmc.LatinHypercube(3, rng=np.random.default_rng(1)).random(40))

    def drawn() -> np.ndarray:
        return draw_surfaces(fit_process(points, points[:, :1] - points[:, 1:2], common=False), points[:5], number=16)

    with_it = drawn()
    for module in (gaussian_process, surface_draws):
        monkeypatch.setattr(module, "one_thread", nullcontext)
    assert np.allclose(drawn(), with_it, atol=1e-3)
