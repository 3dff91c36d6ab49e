"""A machine with a GPU: its engines give the bits of NumPy, and their check passes in short."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tredegar.kernels import engines

from ...support.cases import EDGES, assert_same_bits, batch_of, run_batch
from ...support.commands import tredegar

pytestmark = pytest.mark.gpu


def needs(engine: str) -> None:
    """Skip, with the reason, where the engine cannot run."""
    (info,) = [info for info in engines() if info.name == engine]
    if not info.available:
        pytest.skip(info.detail)


@pytest.mark.parametrize("engine", ["cuda", "cupy"])
@pytest.mark.parametrize("name", EDGES)
def test_the_engines_of_a_gpu_give_the_bits_of_numpy_at_the_guards_of_the_rules(engine: str, name: str) -> None:
    needs(engine)
    assert_same_bits(run_batch(engine, batch_of(EDGES[name])), run_batch("numpy", batch_of(EDGES[name])), engine)


def test_the_check_passes_in_short(tmp_path: Path) -> None:
    needs("cuda")
    status = tredegar("engines", "--check", "--short", "--out", str(tmp_path / "r.json"))
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert (status, report["passed"]) == (0, True), report["verdict"]
