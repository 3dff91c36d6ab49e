"""Files that the system does not let be read or named: the reason is told, and nothing is taken for lost."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tredegar.store.format import StoreError, StoreUnreadable
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.upkeep.merge import merge_stores
from tredegar.sweeps.upkeep.repair import skeleton_faults
from tredegar.sweeps.upkeep.status import report_status

from ...fuzz.calls.failing_calls import calls_below
from ...fuzz.calls.failing_ways import Call, Failing
from ...support.commands import tredegar
from ...support.fake_model import simulate
from ...support.sweep_cases import SMALL, contents, small_spec

EIO = Failing("EIO", errno.EIO)
SAID = os.strerror(errno.EIO)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A finished sweep, alone in the folder of the test."""
    complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate)
    return tmp_path / "s.zarr"


@contextmanager
def unreadable(path: Path, before: int = 0) -> Iterator[None]:
    """Let one opening of ``path`` fail, after so many ``before``."""
    with calls_below(path.parent.parent.parent, Call("open to read", "", 0)) as calls:
        place = calls.below(path)
        assert place is not None
        calls.target, calls.failing = Call("open to read", place, before), EIO
        yield
    assert calls.failed is not None


def test_a_status_that_cannot_be_read_is_not_told_as_missing_runs(store: Path) -> None:
    file = store / "status" / "c.0.0"
    for look in (report_status, lambda path: compact_store(SweepStore(path), path.with_name("a"))):
        with unreadable(file), pytest.raises(StoreUnreadable, match=f"status/c.0.0' cannot be read .{SAID}"):
            look(store)
    with unreadable(file), pytest.raises(StoreUnreadable, match=SAID):
        extend_store(SweepStore(store), small_spec("replicates = 3", "replicates = 6"))
    assert report_status(store).counts.complete


def test_a_sweep_that_cannot_read_at_its_end_what_it_wrote_does_not_say_that_it_is_missing(store: Path) -> None:
    with unreadable(store / "status" / "c.0.0", before=2), pytest.raises(StoreUnreadable, match=SAID):
        complete_sweep(small_spec(), store, workers=0, simulate=simulate)


def test_a_bad_sector_under_a_status_is_computed_again(store: Path) -> None:
    before = contents(store)
    with unreadable(store / "status" / "c.1.0", before=1):
        summary = complete_sweep(small_spec(), store, workers=0, simulate=simulate)
    assert summary.complete and summary.repaired == (f"status/c.1.0: cannot be read ({SAID})",)
    assert contents(store) == before


def test_a_coordinate_that_cannot_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    create_store(small_spec(), tmp_path / "s.zarr")
    file = tmp_path / "s.zarr" / "real_control" / "c.0"
    with unreadable(file, before=0):
        summary = complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate, check=False)
    assert f"coordinate 'real_control' of '{tmp_path}/s.zarr' cannot be read ({SAID})" in summary.stopped
    assert (summary.counts.done, summary.counts.failed) == (0, 0)


def test_a_root_file_that_cannot_be_read_does_not_make_a_store_none(store: Path) -> None:
    with (
        calls_below(store.parent, Call("open to read", "s.zarr/zarr.json", 0), EIO),
        pytest.raises(StoreUnreadable) as refusal,
    ):
        SweepStore(store)
    assert str(refusal.value) == f"store '{store}' cannot be opened: zarr.json cannot be read ({SAID})"


def test_metadata_that_cannot_be_read_are_not_called_missing(store: Path) -> None:
    with unreadable(store / "queue" / "zarr.json"):
        found = skeleton_faults(SweepStore(store))
    assert found == {"queue/zarr.json": f"cannot be read ({SAID})"}


@pytest.mark.parametrize("name", ["a", "a.zip"])
@pytest.mark.parametrize(("operation", "after"), [("fsync", False), ("rename", True)])
def test_an_archive_whose_name_is_not_safe_on_the_disk_is_not_there_and_can_be_made_again(
    store: Path, name: str, operation: str, after: bool
) -> None:
    target = Call(operation, "." if operation == "fsync" else name, 0)
    with calls_below(store.parent, target, EIO._replace(after=after)) as calls, pytest.raises(StoreError, match=SAID):
        compact_store(SweepStore(store), store.with_name(name))
    assert calls.failed == target
    assert os.listdir(store.parent) == ["s.zarr"]
    compact_store(SweepStore(store), store.with_name(name))
    assert verify_store(store.with_name(name), runs=0).faults == ()


def test_nothing_is_asked_of_an_archive_once_it_has_its_name(store: Path) -> None:
    """What failed then would be told as the failure of an archive that is there and whole."""
    with calls_below(store.parent) as calls:
        made = compact_store(SweepStore(store), store.with_name("a"))
    named = calls.seen.index(Call("rename", "a", 0))
    assert [call for call in calls.seen[named + 1 :] if call.place.startswith("a")] == []
    files = [path for path in store.with_name("a").rglob("*") if path.is_file()]
    assert (made.files, made.bytes) == (len(files), sum(path.stat().st_size for path in files))


def test_a_merged_store_whose_name_is_not_safe_on_the_disk_is_not_there(store: Path) -> None:
    other, out = store.with_name("b.zarr"), store.with_name("m.zarr")
    complete_sweep(small_spec(), other, workers=0, simulate=simulate, task=(0, 2))
    with calls_below(store.parent, Call("fsync", ".", 0), EIO), pytest.raises(StoreError, match=SAID):
        merge_stores([SweepStore(store), SweepStore(other)], out)
    assert sorted(os.listdir(store.parent)) == ["b.zarr", "s.zarr"]
    assert merge_stores([SweepStore(store), SweepStore(other)], out).counts.complete


def test_a_disk_that_fills_up_while_coordinates_are_copied_is_told_in_its_own_words(store: Path) -> None:
    other = store.with_name("b.zarr")
    complete_sweep(small_spec(), other, workers=0, simulate=simulate, task=(0, 2))
    full = Failing("a full disk", errno.ENOSPC, lasting=("open", "write", "sendfile"))
    with calls_below(store.parent) as calls:
        merge_stores([SweepStore(store), SweepStore(other)], store.with_name("m.zarr"))
    (first, *_) = (call for call in calls.seen if call.operation == "sendfile" and "/c." in call.place)
    shutil.rmtree(store.with_name("m.zarr"))
    with calls_below(store.parent, first, full), pytest.raises(StoreError) as refusal:
        merge_stores([SweepStore(store), SweepStore(other)], store.with_name("m.zarr"))
    assert str(refusal.value) == f"store '{store.parent}/m.zarr' cannot be written: {os.strerror(errno.ENOSPC)}"


def test_a_store_whose_name_is_not_safe_on_the_disk_is_not_swept_in_silence(tmp_path: Path) -> None:
    """Its runs would all be lost in a power cut. It stays: other processes may have begun to fill it."""
    with calls_below(tmp_path, Call("fsync", ".", 0), EIO), pytest.raises(StoreError, match=SAID):
        complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate)
    assert report_status(tmp_path / "s.zarr").counts.missing == 75
    assert complete_sweep(small_spec(), tmp_path / "s.zarr", workers=0, simulate=simulate).complete


def test_what_cannot_be_removed_at_the_end_does_not_hide_what_was_done(store: Path) -> None:
    with calls_below(store.parent) as calls:
        compact_store(SweepStore(store), store.with_name("a"))
    last = [call for call in calls.seen if call.place == ".a.creating" and call.operation == "stat"][-1]
    shutil.rmtree(store.with_name("a"))
    with calls_below(store.parent, last, EIO) as calls:
        compact_store(SweepStore(store), store.with_name("a"))
    assert calls.failed == last
    assert verify_store(store.with_name("a"), runs=0).faults == ()


def test_the_tasks_that_zarr_gives_up_are_no_news(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Python would warn of each, beside the line that says what failed."""
    (tmp_path / "s.toml").write_text(SMALL)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for number in range(1, 4):
            with calls_below(tmp_path, Call("open to read", ".s.zarr.creating.zarr/zarr.json", number), EIO) as calls:
                assert tredegar("sweep", str(tmp_path / "s.toml"), "--out", str(tmp_path / "s.zarr")) == 1
            assert calls.failed is not None
        gc.collect()
    assert [str(warning.message) for warning in warned if "never awaited" in str(warning.message)] == []
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3 and all(SAID in line for line in said)


def test_verify_removes_what_a_killed_process_left_half_written(store: Path) -> None:
    (store / "queue" / "c.0.0.0.77-0123456789ab.partial").write_bytes(b"half")
    before = contents(store)
    assert verify_store(store, runs=0, repair=False).faults == ()
    assert contents(store) == before
    assert verify_store(store, runs=0).faults == ()
    assert set(before) - set(contents(store)) == {"queue/c.0.0.0.77-0123456789ab.partial"}
