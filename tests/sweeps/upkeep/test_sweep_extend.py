"""Extending a finished sweep: the new runs are those of the larger sweep, and the old ones are not computed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tredegar.cli.entry import main
from tredegar.results import analyze_sensitivity, open_sweep
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.durable import write_durably
from tredegar.sweeps.store.store import StoreError, SweepStore
from tredegar.sweeps.upkeep.extend import extend_store

from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents, small_spec

SOBOL = SMALL.replace('method = "grid"', 'method = "sobol"\npoints = 4').replace(
    "{low = 0.0, high = 1.0, levels = 5}", "[0.0, 1.0]"
)


def finished(spec: Spec, path: Path) -> SweepStore:
    assert complete_sweep(spec, path, workers=0, simulate=simulate).complete
    return SweepStore(path)


def extended(old: Spec, new: Spec, path: Path) -> tuple[xr.Dataset, int]:
    """Return the extended sweep and how many runs the extension computed."""
    extend_store(finished(old, path), new)
    summary = complete_sweep(new, path, workers=0, simulate=simulate)
    assert summary.complete
    assert complete_sweep(new, path, workers=0, simulate=simulate).computed == 0
    return xr.open_zarr(path).load(), summary.computed


def by_parameters(dataset: xr.Dataset) -> xr.Dataset:
    """Return ``dataset`` in the order of its parameters, so that sweeps of the same points can be compared."""
    order = np.lexsort([dataset[name].values for name in ("mandate_detail", "real_control")])
    return dataset.isel(point=order).drop_vars(["point", "digest"]).drop_attrs()


def test_more_replicates_are_those_of_the_larger_sweep_and_old_files_stay(tmp_path: Path) -> None:
    new = small_spec("replicates = 3", "replicates = 9")
    complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate)
    old = contents(tmp_path / "s.zarr")
    dataset, computed = extended(small_spec(), new, tmp_path / "s.zarr")
    assert computed == 25 * 6
    kept = contents(tmp_path / "s.zarr")
    assert all(kept[name] == digest for name, digest in old.items() if "/c." in name)
    finished(new, tmp_path / "large.zarr")
    assert by_parameters(dataset).identical(by_parameters(xr.open_zarr(tmp_path / "large.zarr").load()))


@pytest.mark.parametrize("levels", [9, 17])
def test_a_grid_gains_levels(tmp_path: Path, levels: int) -> None:
    new = small_spec(
        "real_control = {low = 0.0, high = 1.0, levels = 5}",
        f"real_control = {{low = 0.0, high = 1.0, levels = {levels}}}",
    )
    dataset, computed = extended(small_spec(), new, tmp_path / "s.zarr")
    assert computed == (levels - 5) * 5 * 3
    finished(new, tmp_path / "large.zarr")
    assert by_parameters(dataset).identical(by_parameters(xr.open_zarr(tmp_path / "large.zarr").load()))


def test_a_sobol_design_of_groups_is_doubled_in_place_and_keeps_its_groups(tmp_path: Path) -> None:
    grouped = SOBOL.replace("points = 4", 'points = 4\ngroups = { both = ["real_control", "mandate_detail"] }').replace(
        "[vary]", '[vary]\n"sanction_strength@7" = [0.0, 1.0]'
    )
    old, new = Spec.from_text(grouped), Spec.from_text(grouped.replace("points = 4", "points = 8"))
    dataset, computed = extended(old, new, tmp_path / "s.zarr")
    assert (dataset.sizes["point"], computed) == (8 * 6, 4 * 6 * 3)
    found = analyze_sensitivity(open_sweep(tmp_path / "s.zarr"), ["quality"])
    assert found["parameter"].values.tolist() == ["sanction_strength@7", "both"] and found.attrs["used"] == 8
    other = Spec.from_text(grouped.replace("points = 4", "points = 16").replace("both = [", "pair = ["))
    with pytest.raises(StoreError, match="'groups = { both = "):
        extend_store(SweepStore(tmp_path / "s.zarr"), other)


def test_a_sobol_design_is_doubled_in_place(tmp_path: Path) -> None:
    new = Spec.from_text(SOBOL.replace("points = 4", "points = 8"))
    dataset, computed = extended(Spec.from_text(SOBOL), new, tmp_path / "s.zarr")
    assert computed == 4 * 6 * 3
    finished(new, tmp_path / "large.zarr")
    large = xr.open_zarr(tmp_path / "large.zarr").load()
    assert dataset.drop_vars("digest").drop_attrs().identical(large.drop_vars("digest").drop_attrs())
    assert dataset.attrs["sampler"] == large.attrs["sampler"]


def test_a_table_gains_rows_and_replicates_at_once(tmp_path: Path) -> None:
    text = SMALL.split("[vary]")[0].replace('"grid"', '"table"\nfile = "p.csv"')
    (tmp_path / "p.csv").write_text("real_control,mandate_detail\n0.1,0.2\n0.3,0.4\n")
    old = Spec.from_text(text, folder=tmp_path)
    (tmp_path / "p.csv").write_text("real_control,mandate_detail\n0.1,0.2\n0.3,0.4\n0.5,0.6\n")
    new = Spec.from_text(text.replace("replicates = 3", "replicates = 6"), folder=tmp_path)
    dataset, computed = extended(old, new, tmp_path / "s.zarr")
    assert computed == 3 * 6 - 2 * 3
    assert dataset.real_control.values.tolist() == [0.1, 0.3, 0.5]
    assert len(dataset.attrs["specs"]) == 2


def test_the_old_spec_no_longer_fits_and_the_new_one_resumes(tmp_path: Path) -> None:
    new = small_spec("replicates = 3", "replicates = 6")
    extend_store(finished(small_spec(), tmp_path / "s.zarr"), new)
    with pytest.raises(StoreError, match="belongs to another spec"):
        complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate)
    assert extend_store(SweepStore(tmp_path / "s.zarr"), new) == (25, 6)


@pytest.mark.parametrize("step", ["metadata", "root file"])
def test_an_extension_that_is_killed_half_way_is_given_again(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = small_spec(
        "real_control = {low = 0.0, high = 1.0, levels = 5}", "real_control = {low = 0.0, high = 1.0, levels = 9}"
    )
    store = finished(small_spec(), tmp_path / "s.zarr")
    calls = []

    def killed(*words: object) -> None:
        raise KeyboardInterrupt

    def killed_later(path: Path, content: bytes) -> None:
        calls.append(path)
        if len(calls) == 5:
            raise KeyboardInterrupt
        write_durably(path, content)

    with monkeypatch.context() as patch:
        if step == "metadata":
            patch.setattr("tredegar.sweeps.upkeep.extend.write_durably", killed_later)
        else:
            patch.setattr("tredegar.sweeps.upkeep.extend.write_root", killed)
        with pytest.raises(KeyboardInterrupt):
            extend_store(store, new)
    assert open_sweep(tmp_path / "s.zarr").sizes["point"] == 25
    extend_store(SweepStore(tmp_path / "s.zarr"), new)
    complete_sweep(new, tmp_path / "s.zarr", workers=0, simulate=simulate)
    extended(small_spec(), new, tmp_path / "other.zarr")
    assert contents(tmp_path / "s.zarr") == contents(tmp_path / "other.zarr")


def test_an_extension_that_was_killed_and_given_up_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = finished(small_spec(), tmp_path / "s.zarr")
    before = contents(tmp_path / "s.zarr")
    with monkeypatch.context() as patch:
        patch.setattr(
            "tredegar.sweeps.upkeep.extend.write_root", lambda *words: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            extend_store(store, small_spec("replicates = 3", "replicates = 6"))
    assert contents(tmp_path / "s.zarr") != before
    assert complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate).computed == 0
    assert contents(tmp_path / "s.zarr") == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("replicates = 3", "replicates = 4", "in steps of 3, the chunks of the store, got 4; ask for 6"),
        ("replicates = 3", "replicates = 2", "in steps of 3"),
        ("seed = 3", "seed = 4", "'seed = 3' in the store, 'seed = 4' in the spec; an extension may only add"),
        ("months = 24", "months = 48", "an extension may only add replicates or points"),
        ("levels = 5", "levels = 6", "a grid can only gain levels"),
        ("solidarity = 0.5", "solidarity = 0.6", "'solidarity = 0.5' in the store"),
        ("[record]", "solidarity = {values = [0.0, 1.0]}\n[record]", "cannot be extended so"),
    ],
)
def test_what_is_no_extension_is_refused_with_the_reason_and_changes_nothing(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    store = finished(small_spec(), tmp_path / "s.zarr")
    before = contents(tmp_path / "s.zarr")
    text = SMALL.replace("solidarity = 0.5\n", "") if new.startswith("solidarity = {") else SMALL
    with pytest.raises(StoreError) as refusal:
        extend_store(store, Spec.from_text(text.replace(old, new)))
    assert said in str(refusal.value)
    assert contents(tmp_path / "s.zarr") == before


@pytest.mark.parametrize(
    ("design", "more", "said"),
    [
        (
            '"latin-hypercube"\npoints = 5',
            '"latin-hypercube"\npoints = 10',
            "its slices depend on the number of points",
        ),
        ('"morris"\ntrajectories = 4', '"morris"\ntrajectories = 8', "its trajectories are drawn as one set"),
    ],
)
def test_designs_that_cannot_grow_say_why(tmp_path: Path, design: str, more: str, said: str) -> None:
    texts = [SOBOL.replace('"sobol"\npoints = 4', method) for method in (design, more)]
    store = finished(Spec.from_text(texts[0]), tmp_path / "s.zarr")
    with pytest.raises(StoreError, match=said):
        extend_store(store, Spec.from_text(texts[1]))


def test_an_unfinished_sweep_is_not_extended(tmp_path: Path) -> None:
    complete_sweep(small_spec(), tmp_path / "s.zarr", task=(0, 2), simulate=simulate)
    with pytest.raises(StoreError, match="unfinished"):
        extend_store(SweepStore(tmp_path / "s.zarr"), small_spec("replicates = 3", "replicates = 6"))


def test_a_misspelt_engine_leaves_the_store_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, larger = tmp_path / "s.zarr", tmp_path / "larger.toml"
    finished(small_spec(), store)
    larger.write_text(small_spec("replicates = 3", "replicates = 9").canonical(), encoding="utf-8")
    before = contents(store)
    with pytest.raises(SystemExit) as end:
        main(["extend", str(store), str(larger), "--engine", "Numpy"])
    assert end.value.code == 1 and "did you mean 'numpy'?" in capsys.readouterr().err
    assert contents(store) == before
