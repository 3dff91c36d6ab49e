"""The store: what stands in it, how it opens, and that what is damaged is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr

from tredegar.model import OUTCOMES, PARAMETERS, TRUST_RECORDS, rules_hash
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.batches import (
    MOST_BATCH_BYTES,
    MOST_CHUNK_BYTES,
    MOST_FILES,
    points_per_batch_for,
    store_size,
)
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.durable import TEMPORARY, write_durably
from tredegar.sweeps.store.store import StoreError, SweepStore
from tredegar.sweeps.store.temporary import building_place
from tredegar.sweeps.upkeep.missing import damage, pending, remove_stray_files

from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents, small_spec


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    path = tmp_path / "small.zarr"
    assert complete_sweep(small_spec(), path, workers=0, simulate=simulate).complete
    return path


def test_plain_xarray_opens_it_without_a_warning(finished: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset = xr.open_zarr(finished)
        listed = xr.open_zarr(finished, consolidated=False)
    assert [dataset.sizes[name] for name in ("point", "replicate", "month")] == [25, 3, 2]
    assert set(dataset.data_vars) == {"quality", "true_access", "queue", "digest", "status"}
    assert dataset.digest.dims == ("point_block", "replicate_block", "variable", "byte")
    assert dataset.month.values.tolist() == [12, 24]
    assert dataset.quality.dtype == np.float32
    assert dataset.real_control.dims == dataset.mandate_detail.dims == ("point",)
    assert dataset.solidarity.dims == ()
    assert float(dataset.solidarity) == 0.5
    assert listed.identical(dataset)


def test_every_variable_says_what_it_is(finished: Path) -> None:
    group = zarr.open_group(finished, mode="r")
    for name, array in group.arrays():
        assert array.attrs["units"], name
        assert array.attrs["long_name"], name
        assert array.attrs["meaning"], name
    assert group["quality"].attrs["meaning"] == OUTCOMES["quality"].meaning
    assert group["real_control"].attrs["units"] == PARAMETERS["real_control"].unit


def test_every_array_ends_in_a_checksum_and_one_chunk_is_one_batch(finished: Path) -> None:
    store = SweepStore(finished)
    assert {"quality", "status", "real_control"} <= {name for name, _ in store.group.arrays()}
    for name, array in store.group.arrays():
        codecs = [codec["name"] for codec in array.metadata.to_dict()["codecs"]]
        assert codecs == ["bytes", "blosc", "crc32c"], name
    for name in (*store.recorded, "digest", "status"):
        assert store.group[name].chunks[:2] == ((1, 1) if name == "digest" else store.batch_shape)
        assert len(list((finished / name).glob("c.*"))) == store.number_of_batches


def test_the_attributes_tell_where_the_store_is_from(finished: Path) -> None:
    facts = dict(zarr.open_group(finished, mode="r").attrs)
    assert facts["tredegar_store"] == 3
    assert Spec.from_text(facts["spec"]).hash() == facts["spec_hash"] == small_spec().hash()
    assert facts["rules_hash"] == rules_hash()
    assert facts["sampler"]["method"] == "grid"
    assert facts["sampler"]["names"] == ["real_control", "mandate_detail"]
    assert facts["seed"] == 3
    assert facts["defaults"]["target_level"] == PARAMETERS["target_level"].default


def test_the_providers_table_travels_in_the_store(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("code,name,size,council,catchment\nRB,Bee,2,w,s\nRA,Ay,1,w,n\n")
    text = SMALL.replace("trusts = 3", 'providers = "p.csv"')
    create_store(Spec.from_text(text, folder=tmp_path), tmp_path / "s.zarr")
    assert SweepStore(tmp_path / "s.zarr").spec.providers.name == ("Ay", "Bee")


def test_trust_records_have_their_own_dimensions(tmp_path: Path) -> None:
    spec = small_spec("every = 12", "every = 12\ntrusts = true")
    complete_sweep(spec, tmp_path / "s.zarr", workers=0, simulate=simulate)
    dataset = xr.open_zarr(tmp_path / "s.zarr")
    for name, row in TRUST_RECORDS.items():
        dims = ("point", "replicate", "trust", "year") if row.yearly else ("point", "replicate", "trust")
        assert dataset[name].dims == dims
        assert dataset[name].attrs["units"] == row.unit
    assert dataset.sizes["trust"] == 3
    assert dataset.year.values.tolist() == [1, 2]


def test_a_change_of_a_lever_is_a_coordinate_too(tmp_path: Path) -> None:
    spec = small_spec("solidarity = 0.5", '"sanction_strength@13" = 0.8')
    create_store(spec, tmp_path / "s.zarr")
    assert float(xr.open_zarr(tmp_path / "s.zarr")["sanction_strength@13"]) == 0.8


def test_two_stores_of_one_spec_are_equal_byte_for_byte_before_and_after(tmp_path: Path, finished: Path) -> None:
    create_store(small_spec(), tmp_path / "a.zarr")
    create_store(small_spec(), tmp_path / "b.zarr")
    assert contents(tmp_path / "a.zarr") == contents(tmp_path / "b.zarr")
    complete_sweep(small_spec(), tmp_path / "a.zarr", workers=0, simulate=simulate)
    assert contents(tmp_path / "a.zarr") == contents(finished)


def test_only_one_of_two_creators_wins_and_nothing_is_left_behind(tmp_path: Path) -> None:
    assert create_store(small_spec(), tmp_path / "s.zarr")
    assert not create_store(small_spec(), tmp_path / "s.zarr")
    assert [path.name for path in tmp_path.iterdir()] == ["s.zarr"]


def test_a_store_that_cannot_be_created_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be created"):
        create_store(small_spec(), tmp_path / "file" / "s.zarr")
    with pytest.raises(StoreError, match="is no store"):
        complete_sweep(small_spec(), tmp_path / "file", workers=0, simulate=simulate)
    with pytest.raises(StoreError, match="does not exist"):
        SweepStore(tmp_path / "none.zarr")


def test_other_zarr_stores_and_other_formats_are_refused(tmp_path: Path, finished: Path) -> None:
    zarr.create_group(tmp_path / "other.zarr")
    with pytest.raises(StoreError, match="no sweep wrote it"):
        SweepStore(tmp_path / "other.zarr")
    text = (finished / "zarr.json").read_text()
    (finished / "zarr.json").write_text(text.replace('"tredegar_store": 3', '"tredegar_store": 99'))
    with pytest.raises(StoreError, match="has store format 99, this version reads 1 to 5"):
        SweepStore(finished)
    (finished / "zarr.json").write_text("{")
    with pytest.raises(StoreError, match="cannot be read"):
        SweepStore(finished)


FAULTS = {
    "missing": (lambda path: path.unlink(), "is missing"),
    "empty": (lambda path: path.write_bytes(b""), "is cut short"),
    "cut in half": (lambda path: path.write_bytes(path.read_bytes()[:21]), "does not fit its checksum"),
    "one bit flipped": (lambda path: path.write_bytes(_flipped(path.read_bytes())), "does not fit its checksum"),
}


def _flipped(content: bytes) -> bytes:
    return content[:10] + bytes([content[10] ^ 1]) + content[11:]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ["quality", "status"])
@pytest.mark.parametrize("last", [False, True])
def test_a_damaged_chunk_is_found_and_done_again(finished: Path, fault: str, name: str, last: bool) -> None:
    before = contents(finished)
    store = SweepStore(finished)
    batch = store.batch(store.number_of_batches - 1 if last else 1)
    path = store.chunk_file(name, batch)
    harm, said = FAULTS[fault]
    harm(path)
    assert list(damage(store, batch)) == [f"{name}/{path.name}: {said}"]
    assert [task.number for task in pending(SweepStore(finished))] == [batch.number]
    summary = complete_sweep(small_spec(), finished, workers=0, simulate=simulate)
    assert summary.computed == batch.runs
    assert contents(finished) == before


def test_stray_temporary_files_go_when_the_sweep_is_complete(finished: Path) -> None:
    before = contents(finished)
    for folder in (finished, finished / "quality"):
        (folder / f"c.0.0.0.123{TEMPORARY}").write_bytes(b"torn")
    assert remove_stray_files(SweepStore(finished)) == 2
    assert contents(finished) == before


def test_what_dead_builders_left_beside_a_store_goes_and_what_living_ones_build_stays(
    tmp_path: Path, finished: Path
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    place = building_place(finished).name
    for name in (place, place.replace(f"-{os.getpid()}-", f"-{dead.pid}-"), ".other.zarr.creating-x-1-00000000.zarr"):
        (tmp_path / name).mkdir()
    assert remove_stray_files(SweepStore(finished)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [place, ".other.zarr.creating-x-1-00000000.zarr", finished.name]
    )


@pytest.mark.parametrize("address", ["s3://bucket/s.zarr", "file:///tmp/s.zarr"])
def test_an_address_is_no_folder(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match="got the address"):
        create_store(small_spec(), Path(address))
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_durably(tmp_path / "file", b"old")

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        write_durably(tmp_path / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


def test_batches_partition_the_runs(tmp_path: Path) -> None:
    create_store(small_spec(), tmp_path / "s.zarr", points_per_batch=4)
    store = SweepStore(tmp_path / "s.zarr")
    seen = np.zeros(store.shape, dtype=int)
    for number in range(store.number_of_batches):
        batch = store.batch(number)
        seen[batch.points, batch.replicates] += 1
    assert (seen == 1).all()
    assert store.number_of_batches == 7


@pytest.mark.parametrize(
    ("points", "replicates", "months", "clinicians"),
    [
        (1, 1, 1, 1),
        (16, 8, 120, 40),
        (125_000, 8, 12, 40),
        (1_000_000, 1, 12, 1),
        (200, 4000, 240, 5),
        (2, 65536, 240, 1),
    ],
)
def test_batches_are_neither_too_large_nor_too_many(points: int, replicates: int, months: int, clinicians: int) -> None:
    spec = Spec.from_text(
        f"months = {months}\nreplicates = {replicates}\n[country]\nclinicians = {clinicians}\n"
        f"[design]\nmethod = 'latin-hypercube'\npoints = {points}\n[vary]\nreal_control = [0.0, 1.0]\n"
    )
    size = store_size(spec, points)
    chunk = size.points_per_batch * replicates * months * 4
    assert 1 <= size.points_per_batch <= points
    assert chunk <= MOST_CHUNK_BYTES or size.points_per_batch == 1
    assert chunk * len(OUTCOMES) <= MOST_BATCH_BYTES or size.points_per_batch == 1
    if chunk * len(OUTCOMES) * 2 < MOST_BATCH_BYTES:
        assert size.files <= MOST_FILES
    assert points_per_batch_for(spec, points) == size.points_per_batch


def test_the_planned_files_and_bytes_are_those_of_the_store(finished: Path) -> None:
    size = store_size(small_spec(), 25)
    assert len(contents(finished)) == size.files
    arrays = SweepStore(finished).group
    assert size.bytes == sum(arrays[name].nbytes for name in ("quality", "true_access", "queue", "digest", "status"))


def test_the_log_is_json_lines_that_say_what_ran(finished: Path) -> None:
    (log,) = (finished / "log").glob("*.jsonl")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines[0]["event"] == "start"
    assert lines[0]["versions"]["numpy"] == np.__version__
    batches = [line["batch"] for line in lines if line["event"] == "batch"]
    assert batches == list(range(SweepStore(finished).number_of_batches))
    (failure,) = {(line["point"], line["reason"]) for line in lines if line["event"] == "failure"}
    assert failure == (12, "not finite: quality")
