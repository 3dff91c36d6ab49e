"""Small matrices are worked on by one thread, and only inside."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
import threadpoolctl
from scipy.stats import qmc

from tredegar.results.claims.evidence.shares import weigh_evidence
from tredegar.results.statistics import gaussian_process, surface_draws
from tredegar.results.statistics.blas_threads import one_thread
from tredegar.results.statistics.gaussian_process import fit_process
from tredegar.results.statistics.step_down import Term, find_terms
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


def test_shares_and_terms_have_the_same_bits_whatever_the_threads() -> None:
    rng = np.random.default_rng(2)
    sample = rng.random((256, 40))
    values = (sample[:, 0] - 0.4)[:, None, None] * 4.0 + rng.standard_normal((256, 2, 8))

    def found() -> tuple[bytes, list[Term]]:
        evidence = weigh_evidence(values, lambda at: np.where(at.min(axis=1) > 1.0, 1.0, 0.0))
        return evidence.told.tobytes() + evidence.posterior.tobytes(), [
            *find_terms(sample, [f"p{place}" for place in range(40)], values.mean(axis=(1, 2)))
        ]

    with threadpoolctl.threadpool_limits(limits=1, user_api="blas"):
        alone = found()
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        assert found() == alone
