"""Digests bind every value to its variable, its runs and its sweep: nothing that was swapped passes for the truth."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import zarr

from tredegar.results import open_sweep
from tredegar.store.chunk import codecs
from tredegar.store.digest import context_of
from tredegar.store.format import StoreDamaged
from tredegar.sweeps.run.compute import BatchReport
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.upkeep.missing import damage, pending

from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents, small_spec

DIGEST_DIFFERS = "does not hold the values that were written there (its digest differs)"


def swept(path: Path, text: str = SMALL, **options: object) -> Path:
    assert complete_sweep(Spec.from_text(text), path, workers=0, simulate=simulate, **options).complete
    return path


def swap(first: Path, second: Path) -> None:
    held = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(held)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return swept(tmp_path / "s.zarr")


def two_chunks(store: Path) -> set[str]:
    swap(store / "quality/c.1.0.0", store / "quality/c.2.0.0")
    return {"quality/c.1.0.0", "quality/c.2.0.0"}


def another_variable(store: Path) -> set[str]:
    shutil.copyfile(store / "queue/c.3.0.0", store / "quality/c.3.0.0")
    return {"quality/c.3.0.0"}


def a_chunk_of_another_seed(store: Path) -> set[str]:
    other = swept(store.with_name("other.zarr"), SMALL.replace("seed = 3", "seed = 4"))
    assert contents(other)["quality/c.1.0.0"] == contents(store)["quality/c.1.0.0"]  # the fake model knows no seed
    for name in ("quality", "true_access", "queue", "digest", "status"):
        for file in (other / name).glob("c.1.0*"):
            shutil.copyfile(file, store / name / file.name)
    return {"status/c.1.0"}


def a_batch_in_place_of_another(store: Path) -> set[str]:
    for name in ("quality", "true_access", "queue", "digest", "status"):
        for file in (store / name).glob("c.1.0*"):
            shutil.copyfile(file, store / name / file.name.replace("c.1.", "c.4.", 1))
    return {"status/c.4.0"}


def digests_of_another_batch(store: Path) -> set[str]:
    shutil.copyfile(store / "digest/c.1.0.0.0", store / "digest/c.2.0.0.0")
    return {"status/c.2.0"}


@pytest.mark.parametrize(
    "harm",
    [two_chunks, another_variable, a_chunk_of_another_seed, a_batch_in_place_of_another, digests_of_another_batch],
)
def test_what_fits_its_checksum_but_belongs_elsewhere_is_found_by_all_and_repaired(store: Path, harm) -> None:
    before = contents(store)
    expected = harm(store)
    shutil.rmtree(store.with_name("other.zarr"), ignore_errors=True)
    found = verify_store(store, runs=0, repair=False)
    assert {fault.partition(":")[0] for fault in found.faults} == expected
    assert all(DIGEST_DIFFERS in fault for fault in found.faults)
    with pytest.raises(StoreDamaged, match="is damaged"):
        open_sweep(store).load()
    summary = complete_sweep(small_spec(), store, workers=0, simulate=simulate)
    assert {line.partition(":")[0] for line in summary.repaired} == expected
    assert contents(store) == before
    assert open_sweep(store, verify=True).load().attrs["runs_missing"] == 0


def test_verify_computes_again_what_is_damaged(tmp_path: Path) -> None:
    complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, engine="numpy")
    before = contents(tmp_path / "s.zarr")
    swap(tmp_path / "s.zarr/quality/c.1.0.0", tmp_path / "s.zarr/quality/c.2.0.0")
    (tmp_path / "s.zarr/real_control/c.0").unlink()
    found = verify_store(tmp_path / "s.zarr", runs=2, engine="numpy")
    assert (found.faults, len(found.repaired), found.recomputed) == ((), 3, 2)
    assert contents(tmp_path / "s.zarr") == before


def test_values_beyond_the_end_of_the_sweep_are_damage_before_an_extension_takes_them_for_runs(store: Path) -> None:
    """The last batch has one point; the status of another has three, all done."""
    before = contents(store)
    shutil.copyfile(store / "status/c.0.0", store / "status/c.8.0")
    found = verify_store(store, runs=0, repair=False)
    assert found.faults == ("status/c.8.0: holds values beyond the end of the array",)
    summary = complete_sweep(small_spec(), store, workers=0, simulate=simulate)
    assert (summary.computed, summary.repaired) == (3, found.faults)
    assert contents(store) == before


def test_verify_says_what_helps_where_it_cannot_repair(tmp_path: Path) -> None:
    text = texts_of("table", tmp_path)[0]
    spec = Spec.from_text(text, folder=tmp_path)
    complete_sweep(spec, tmp_path / "t.zarr", workers=0, simulate=simulate)
    before = contents(tmp_path / "t.zarr")
    (tmp_path / "t.zarr/real_control/c.0").unlink()
    found = verify_store(tmp_path / "t.zarr", runs=0)
    assert found.faults == ("real_control/c.0: is missing",)
    assert "give 'tredegar sweep SPEC --out STORE'" in found.why_not
    assert complete_sweep(spec, tmp_path / "t.zarr", workers=0, simulate=simulate).complete
    assert contents(tmp_path / "t.zarr") == before
    archive = compact_store(SweepStore(tmp_path / "t.zarr"), tmp_path / "a.zip").path
    assert "an archive is never written to" in verify_store(archive, runs=0, repair=False).why_not


def test_verify_survives_a_run_that_kills_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch with failed runs is computed again in a process of its own."""
    store = swept(tmp_path / "s.zarr", SMALL.replace("solidarity = 0.5\n", ""))
    (store / "quality/c.4.0.0").unlink()
    asked = []

    def settled(path: str, task: object, *words: object) -> list[BatchReport]:
        asked.append(task)
        return [BatchReport(4, 0, 9, 0.0, "")]

    monkeypatch.setattr("tredegar.sweeps.run.verify.settle", settled)
    assert verify_store(store, runs=0).faults == ("quality/c.4.0.0: is missing",)
    assert len(asked) == 1


@pytest.mark.parametrize("other", ["mandate_detail", "reversed", "another sweep"])
def test_a_coordinate_that_was_swapped_is_refused_and_written_anew(store: Path, other: str) -> None:
    before = contents(store)
    file = store / "real_control/c.0"
    if other == "reversed":
        array = zarr.open_group(store, mode="r+")["real_control"]
        array[:] = np.asarray(array[:])[::-1]
    elif other == "another sweep":
        text = SMALL.replace("high = 1.0, levels = 5", "high = 0.9, levels = 5", 1)
        shutil.copyfile(swept(store.with_name("other.zarr"), text) / "real_control/c.0", file)
    else:
        shutil.copyfile(store / f"{other}/c.0", file)
    with pytest.raises(StoreDamaged, match="coordinate 'real_control' is not what was written"):
        open_sweep(store, partial=True)
    assert any("real_control" in fault for fault in verify_store(store, runs=0, repair=False).faults)
    summary = complete_sweep(small_spec(), store, workers=0, simulate=simulate)
    assert (summary.computed, len(summary.repaired)) == (0, 1)
    assert contents(store) == before


def test_a_damaged_chunk_is_noticed_when_it_is_read_and_not_before(store: Path) -> None:
    before = open_sweep(store).load()
    swap(store / "quality/c.1.0.0", store / "quality/c.2.0.0")
    sweep = open_sweep(store)
    assert sweep.queue.load().identical(before.queue)
    assert sweep.quality.isel(point=slice(0, 3)).load().identical(before.quality[:3])
    with pytest.raises(StoreDamaged, match=r"'quality' of batch 1 \(points 3 to 5\) does not hold the values"):
        sweep.quality.isel(point=4, replicate=0, month=1).load()
    with pytest.raises(StoreDamaged, match="'quality' of batch 2"):
        open_sweep(store, chunks=None).quality.isel(point=[0, 7])[1].load()
    unchecked = open_sweep(store, verify=False)
    assert unchecked.attrs["digests"] == "not compared"
    assert not unchecked.quality.load().equals(before.quality)


def recompressed(path: Path) -> None:
    """Write every chunk of ``path`` anew, at another level of compression."""
    group = zarr.open_group(path, mode="r")
    for name, array in group.arrays():
        values = np.asarray(array[...])
        kept = {"chunks": array.chunks, "dtype": array.dtype, "fill_value": array.fill_value}
        blosc, checksum = codecs(array.dtype)
        stronger = (type(blosc)(**{**blosc.to_dict()["configuration"], "clevel": 7}), checksum)
        key = {"name": "default", "separator": "."}
        place = path.with_name("again")
        again = zarr.create_array(
            place, name=name, shape=array.shape, compressors=stronger, chunk_key_encoding=key, **kept
        )
        again.with_config({"write_empty_chunks": True})[...] = values
        for file in (place / name).glob("c*"):
            os.replace(file, path / name / file.name)
    shutil.rmtree(path.with_name("again"))


def test_digests_are_of_values_and_survive_another_compression(store: Path) -> None:
    before, digests = contents(store), np.asarray(SweepStore(store).array("digest")[...])
    recompressed(store)
    assert contents(store) != before
    assert verify_store(store, runs=0, repair=False).faults == ()
    assert pending(SweepStore(store)) == []
    assert open_sweep(store, verify=True).load().attrs["runs_done"] == 72
    assert np.array_equal(np.asarray(SweepStore(store).array("digest")[...]), digests)


@pytest.mark.parametrize("name", ["a.zarr", "a.zip", "A.ZIP"])
def test_an_archive_has_the_digests_of_its_store_and_the_same_store_gives_the_same_bytes(
    store: Path, tmp_path: Path, name: str
) -> None:
    made = [compact_store(SweepStore(store), tmp_path / folder / name).path for folder in make(tmp_path, "one", "two")]
    assert made[0].is_dir() == (name == "a.zarr")
    first, second = (contents(path) if path.is_dir() else path.read_bytes() for path in made)
    assert first == second
    digests = [np.asarray(SweepStore(path).array("digest")[...]) for path in (store, made[0])]
    assert np.array_equal(*digests)
    assert verify_store(made[0], runs=0).faults == ()
    assert open_sweep(made[0], verify=True).load().drop_attrs().identical(open_sweep(store).load().drop_attrs())


def make(folder: Path, *names: str) -> tuple[str, ...]:
    for name in names:
        (folder / name).mkdir()
    return names


def test_an_extension_keeps_the_digests_of_what_was_there(tmp_path: Path) -> None:
    """Also those of a last batch that is not full, as long as it gains no point."""
    old = swept(tmp_path / "s.zarr", points_per_batch=7)
    before = {name: text for name, text in contents(old).items() if name.startswith("digest/c")}
    new = small_spec("replicates = 3", "replicates = 6")
    extend_store(SweepStore(old), new)
    assert list(damage(SweepStore(old), SweepStore(old).batch(0))) == []
    assert complete_sweep(new, old, workers=0, simulate=simulate).complete
    after = contents(old)
    assert before == {name: after[name] for name in before}
    assert len(before) < sum(name.startswith("digest/c") for name in after)


@pytest.mark.parametrize("method", ["table", "sobol"])
def test_an_extended_sweep_has_the_files_of_one_that_was_that_large_from_the_start(tmp_path: Path, method: str) -> None:
    """All but the root file, which lists every spec that the store has had, and the chunks of its coordinates."""
    small, large = (Spec.from_text(text, folder=tmp_path) for text in texts_of(method, tmp_path))
    complete_sweep(small, tmp_path / "s.zarr", workers=0, simulate=simulate, points_per_batch=5)
    extend_store(SweepStore(tmp_path / "s.zarr"), large)
    complete_sweep(large, tmp_path / "s.zarr", workers=0, simulate=simulate)
    complete_sweep(large, tmp_path / "large.zarr", workers=0, simulate=simulate, points_per_batch=5)
    ours, theirs = (
        {name: text for name, text in contents(tmp_path / path).items() if name.split("/")[0] in FILLED}
        for path in ("s.zarr", "large.zarr")
    )
    assert ours == theirs


FILLED = ("quality", "true_access", "queue", "digest", "status")


def texts_of(method: str, folder: Path) -> tuple[str, str]:
    if method == "sobol":
        text = SMALL.replace('"grid"', '"sobol"\npoints = 4').replace(
            "{low = 0.0, high = 1.0, levels = 5}", "[0.0, 1.0]"
        )
        return text, text.replace("points = 4", "points = 8")
    for name, rows in (("few.csv", 8), ("many.csv", 12)):
        lines = [f"{number / 20},{number / 40}" for number in range(rows)]
        (folder / name).write_text("\n".join(["real_control,mandate_detail", *lines]) + "\n")
    text = SMALL[: SMALL.index("[vary]")] + SMALL[SMALL.index("[record]") :]
    few = text.replace('"grid"', '"table"\nfile = "few.csv"')
    return few, few.replace("few.csv", "many.csv")


def facts_with(**changes: object) -> dict[str, object]:
    spec = small_spec().canonical()
    for old, new in changes.pop("spec", ()):  # type: ignore[attr-defined]
        assert old in spec
        spec = spec.replace(old, new)
    return {"spec": spec, "rules_hash": "r", "providers": None, **changes}


def test_a_digest_tells_sweeps_apart_by_all_that_decides_a_run_and_by_nothing_else() -> None:
    plain = context_of(facts_with())
    assert plain == context_of(facts_with())
    for old, new in (
        ("seed = 3", "seed = 4"), ('"common"', '"independent"'), ("months = 24", "months = 36"),
        ("trusts = 3", "trusts = 4"), ("clinicians = 2", "clinicians = 3"), ("solidarity = 0.5", "solidarity = 0.6"),
        ("[constants]", "[constants]\nx = 1.0"), ("every = 12", "every = 6"), ("trusts = false", "trusts = true"),
    ):  # fmt: skip
        assert context_of(facts_with(spec=[(old, new)])) != plain, new
    assert context_of(facts_with(rules_hash="s")) != plain
    assert context_of(facts_with(providers="code,name\n")) != plain
    for old, new in (("small", "large"), ("replicates = 3", "replicates = 6"), ("1.0]", "2.0]"), ('"queue"', '"fit"')):
        assert context_of(facts_with(spec=[(old, new)])) == plain, new
