"""A run of a store comes out again, agent by agent, equal by bits; its story agrees with what was recorded."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tredegar.results import open_sweep
from tredegar.results.replay.rerun import NotTheSameRun, check_equal, rerun_of, run_again
from tredegar.results.replay.story import Replay, write_replay
from tredegar.store.root_file import read_root, sealed
from tredegar.sweeps import Spec, complete_sweep

SPEC = """
name = "replayed"
seed = 11
months = 48
replicates = 2
streams = "{streams}"
[country]
trusts = 9
clinicians = 3
[fixed]
displacement_rate = 0.08
"sanction_strength@13" = 0.9
forced_reorganisation_month = 20
forced_reorganisation_direction = -1
[design]
method = "latin-hypercube"
points = 3
[vary]
solidarity = [0.5, 1.5]
poor_performer_share = [0.1, 0.3]
"target_level@25" = [0.7, 0.95]
[constants]
CHALLENGE_NOISE = 0.25
[record]
every = {every}
"""


def store_of(path: Path, streams: str = "common", every: int = 1) -> Path:
    spec = Spec.from_text(SPEC.format(streams=streams, every=every))
    assert complete_sweep(spec, path, workers=0, engine="numpy").complete
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_of(tmp_path_factory.mktemp("replay") / "replayed.zarr")


@pytest.fixture(scope="module")
def replayed(store: Path) -> Replay:
    return write_replay(store, store.parent / "story", point=2, replicate=1)


@pytest.mark.parametrize(("streams", "every"), [("independent", 1), ("common", 6)])
def test_a_run_comes_out_again_with_every_recorded_bit(tmp_path: Path, streams: str, every: int) -> None:
    sweep = open_sweep(store_of(tmp_path / "made.zarr", streams, every), chunks=None)
    rerun = rerun_of(sweep, 1, 1)
    assert rerun.run == (1 if streams == "common" else 4097)
    _, again = run_again(rerun)
    assert check_equal(rerun, again, sweep) == 102 * 48 // every


def test_the_log_agrees_with_the_record_of_the_run(store: Path, replayed: Replay) -> None:
    run = open_sweep(store, chunks=None).isel(point=2, replicate=1)
    log = replayed.log

    def months(column: pd.Series) -> list[int]:
        return sorted(log["month"][column].tolist())

    starts = months(log["what"].str.contains("reorganisation starts"))
    assert starts == (np.flatnonzero(run["reorganisation_started"].values) + 1).tolist()
    assert 20 in starts
    ministers = months(log["what"] == "a new minister comes")
    assert ministers == (np.flatnonzero(run["minister_changed"].values) + 1).tolist()
    departures = log[log["what"].str.endswith("a successor came")]
    by_month = departures.groupby("month").size().reindex(range(1, 49), fill_value=0) / 9
    assert np.allclose(by_month.values, run["manager_departures"].values, atol=1e-6)
    adopted = (
        log["what"].eq("takes up the promoted practice").sum() - log["what"].eq("drops the promoted practice").sum()
    )
    assert adopted / 9 == pytest.approx(float(run["adoption_share"][-1]), abs=1e-6)
    assert (log["what"] == "sanction strength is set to 0.9").sum() == 1


def test_every_decision_says_who_when_and_on_which_quantities(replayed: Replay) -> None:
    log = replayed.log
    assert set(log["level"]) == {"politics", "managers", "trusts", "clinicians"}
    assert log["month"].between(1, 48).all()
    assert (log["who"].str.len() > 0).all()
    assert (log["grounds"].str.len() > 0).all()
    assert log[log["level"] == "clinicians"]["trust"].nunique() == 1


def test_the_page_has_politics_above_trusts_above_clinicians(replayed: Replay, store: Path) -> None:
    page = (store.parent / "story" / "index.html").read_text(encoding="utf-8")
    headings = re.findall(r"<h2>([^<]+)</h2>", page)[-4:]
    assert headings[0] == "Politics"
    assert headings[1] == "Trusts"
    assert headings[3].startswith("Clinicians of trust")
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    table = pd.read_csv(store.parent / "story" / "decisions.csv")
    assert len(table) == len(replayed.log)


def test_the_trust_that_is_named_is_followed(store: Path, tmp_path: Path) -> None:
    followed = write_replay(store, tmp_path / "story", 0, 0, trust=4)
    assert "trust 4 followed closely" in followed.statement
    assert set(followed.log[followed.log["level"] == "clinicians"]["trust"]) <= {4}


def test_a_record_that_was_tampered_with_is_found(store: Path, tmp_path: Path) -> None:
    sweep = open_sweep(store, chunks=None).load()
    rerun = rerun_of(sweep, 0, 0)
    _, again = run_again(rerun)
    sweep["quality"].values[0, 0, 7] = np.nextafter(sweep["quality"].values[0, 0, 7], np.float32(1.0))
    with pytest.raises(NotTheSameRun, match="quality of month 8"):
        check_equal(rerun, again, sweep)


def test_runs_and_trusts_that_are_not_there_are_refused(store: Path, tmp_path: Path) -> None:
    sweep = open_sweep(store, chunks=None)
    with pytest.raises(ValueError, match="point must lie in 0 .. 2, got 3"):
        rerun_of(sweep, 3, 0)
    with pytest.raises(ValueError, match="replicate must lie in 0 .. 1, got 2"):
        rerun_of(sweep, 0, 2)
    with pytest.raises(ValueError, match="trust must lie in 0 .. 8, got 9"):
        write_replay(store, tmp_path / "story", 0, 0, trust=9)
    assert not (tmp_path / "story").exists()


def test_a_store_of_other_rules_is_not_replayed(tmp_path: Path) -> None:
    path = store_of(tmp_path / "old.zarr", every=12)
    root = read_root(path)
    root["attributes"]["rules_hash"] = "0" * 64
    (path / "zarr.json").write_bytes(sealed(root))
    with pytest.raises(NotTheSameRun, match="other rules"):
        rerun_of(open_sweep(path, chunks=None, verify=False), 0, 0)


def test_a_failed_run_is_not_replayed(store: Path) -> None:
    sweep = open_sweep(store, chunks=None).load()
    sweep["status"].values[1, 0] = 2
    with pytest.raises(ValueError, match="failed; choose one that is complete"):
        rerun_of(sweep, 1, 0)
