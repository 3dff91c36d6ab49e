"""The second stage of the command claims: run when the first is whole, by whoever is there, to the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tredegar.cli import claims_run
from tredegar.cli.entry import main
from tredegar.results.claims import designs as claim_designs
from tredegar.results.claims.stages import further

from ..support.sweep_cases import contents

pytestmark = pytest.mark.processes

SMALL = replace(claim_designs.SIZES["tiny"], samples=12, trusts=4, corner_samples=2, half_samples=2)
WORDS = ("claims", "--size", "tiny", "--claim", "A05", "--workers", "0", "--out")


@pytest.fixture
def tredegar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run the command in an empty folder; half of the settings are undecided, those with the smallest effects."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(claim_designs, "SIZES", {"tiny": SMALL})
    monkeypatch.setattr(further, "undecided", lambda found: np.abs(found.score) < np.median(np.abs(found.score)))

    def run(*words: str) -> int:
        with pytest.raises(SystemExit) as end:
            main(list(words))
        return int(end.value.code or 0)

    return run


def test_a_second_stage_that_is_shared_or_killed_ends_with_the_bytes_of_one_that_is_not(
    tredegar: Callable[..., int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tredegar(*WORDS, "alone") == 0
    assert "1 of 1: frozen-more" in capsys.readouterr().err
    alone = {name: contents(Path(f"alone/{name}.zarr")) for name in ("frozen", "frozen-half", "frozen-more")}
    assert "frozen-more" in Path("alone/index.html").read_text()

    assert tredegar(*WORDS, "shared", "--task", "0/2") == 0
    assert "complete: 0 of 2 sweeps" in capsys.readouterr().out
    assert not Path("shared", further.FILE).exists(), "the first stage is not whole"
    assert tredegar(*WORDS, "shared", "--task", "1/2") == 0
    assert "complete: 2 of 3 sweeps" in capsys.readouterr().out
    assert Path("shared/frozen-more.zarr").exists()
    assert tredegar(*WORDS, "shared") == 0
    assert _same("shared", alone)

    run = claims_run._run
    monkeypatch.setattr(claims_run, "_run", _dies_at("frozen-more", run))
    with pytest.raises(_Killed):
        main([*WORDS, "killed"])
    monkeypatch.setattr(claims_run, "_run", run)
    capsys.readouterr()
    # What was chosen stands: it is not chosen again, whatever would be chosen now.
    monkeypatch.setattr(further, "undecided", lambda found: found.score > 0.0)
    assert tredegar(*WORDS, "killed") == 0
    assert _same("killed", alone)


def test_nothing_is_run_again_where_nothing_is_undecided(
    tredegar: Callable[..., int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(further, "undecided", lambda found: np.zeros(len(found.score), dtype=bool))
    assert tredegar(*WORDS, "decided") == 0
    assert "frozen-more" not in capsys.readouterr().err
    assert '"samples": []' in Path("decided", further.FILE).read_text()
    assert not Path("decided/frozen-more.toml").exists()


class _Killed(BaseException):
    pass


def _dies_at(name: str, run: Callable[..., object]) -> Callable[..., object]:
    """Return ``run`` that computes a part of the sweep ``name`` and is killed."""

    def dies(spec: object, path: Path, *others: object) -> object:
        if path.stem != name:
            return run(spec, path, *others)
        run(spec, path, "numpy", 0, None, (0, 2))
        raise _Killed

    return dies


def _same(folder: str, alone: dict[str, dict[str, str]]) -> bool:
    page = Path(folder, "index.html").read_bytes()
    stores = {name: contents(Path(folder, f"{name}.zarr")) for name in alone}
    return stores == alone and page == Path("alone/index.html").read_bytes()
