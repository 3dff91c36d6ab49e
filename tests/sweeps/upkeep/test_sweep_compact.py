"""Archives of finished sweeps: equal in every value, few files, and named only when that was checked."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr
import zarr

from tredegar.cli.entry import main
from tredegar.results import open_sweep
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.store.store import StoreError, SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.extend import extend_store

from ...support.fake_model import simulate
from ...support.sweep_cases import contents, small_spec


@pytest.fixture
def store(tmp_path: Path) -> SweepStore:
    complete_sweep(
        small_spec("every = 12", "every = 12\ntrusts = true"), tmp_path / "s.zarr", workers=0, simulate=simulate
    )
    return SweepStore(tmp_path / "s.zarr")


def test_a_sharded_archive_opens_like_the_store_with_fewer_files(store: SweepStore, tmp_path: Path) -> None:
    made = compact_store(store, tmp_path / "a.zarr")
    archive, original = (xr.open_zarr(tmp_path / name).load() for name in ("a.zarr", "s.zarr"))
    assert archive.drop_attrs(deep=False).identical(original.drop_attrs(deep=False))
    assert archive.attrs == {**original.attrs, "archive": True, "seal": archive.seal}
    assert made.files == len(contents(tmp_path / "a.zarr")) < len(contents(tmp_path / "s.zarr")) / 3
    assert verify_store(tmp_path / "a.zarr", runs=0).faults == ()
    assert open_sweep(tmp_path / "a.zarr").quality.load().identical(open_sweep(tmp_path / "s.zarr").quality.load())


def test_a_zip_archive_is_one_file(store: SweepStore, tmp_path: Path) -> None:
    compact_store(store, tmp_path / "a.zip")
    files = zarr.storage.ZipStore(tmp_path / "a.zip", mode="r")
    archive = xr.open_zarr(files, consolidated=False).load()
    files.close()
    assert archive.drop_attrs(deep=False).identical(xr.open_zarr(tmp_path / "s.zarr").load().drop_attrs(deep=False))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "s.zarr"]


def test_an_archive_is_never_written_to(store: SweepStore, tmp_path: Path) -> None:
    compact_store(store, tmp_path / "a.zarr")
    archive = SweepStore(tmp_path / "a.zarr")
    with pytest.raises(StoreError, match="is an archive"):
        complete_sweep(store.spec, tmp_path / "a.zarr", workers=0, simulate=simulate)
    with pytest.raises(StoreError, match="is an archive"):
        extend_store(archive, small_spec("replicates = 3", "replicates = 6"))


def test_a_damaged_archive_is_found(store: SweepStore, tmp_path: Path) -> None:
    compact_store(store, tmp_path / "a.zarr")
    shard = tmp_path / "a.zarr" / "quality" / "c" / "0" / "0" / "0"
    content = bytearray(shard.read_bytes())
    content[10] ^= 1
    shard.write_bytes(content)
    assert any("quality" in fault for fault in verify_store(tmp_path / "a.zarr", runs=0).faults)


@pytest.mark.parametrize("name", ["a.zarr", "a.zip"])
def test_an_archive_that_differs_is_not_kept(
    store: SweepStore, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = zarr.Array.__setitem__

    def careless(array: zarr.Array, selection: object, values: object) -> None:
        copy(array, selection, values + 1 if array.name == "/quality" else values)

    monkeypatch.setattr(zarr.Array, "__setitem__", careless)
    with pytest.raises(StoreError, match="differs in 'quality'; it was not kept"):
        compact_store(store, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["s.zarr"]


def test_unfinished_sweeps_and_taken_names_are_refused(store: SweepStore, tmp_path: Path) -> None:
    complete_sweep(small_spec(), tmp_path / "half.zarr", task=(0, 2), simulate=simulate)
    with pytest.raises(StoreError, match="is unfinished"):
        compact_store(SweepStore(tmp_path / "half.zarr"), tmp_path / "a.zarr")
    with pytest.raises(StoreError, match="exists already"):
        compact_store(store, tmp_path / "half.zarr")


def test_the_command_says_how_to_open_a_zip(
    store: SweepStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["compact", str(store.path), "--out", str(tmp_path / "a.zip")])
    assert not end.value.code
    assert "1 file" in capsys.readouterr().out
