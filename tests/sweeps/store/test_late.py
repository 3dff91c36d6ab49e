"""Waiting for what another machine wrote: as long as patience lasts, and no longer than until it is seen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tredegar.cli import terminal as cli_words
from tredegar.store.format import STATUS, StoreError
from tredegar.sweeps.run.compute import run_batch
from tredegar.sweeps.run.runner import Progress, complete_sweep
from tredegar.sweeps.run.verify import verify_store
from tredegar.sweeps.store import late
from tredegar.sweeps.store.create import create_store
from tredegar.sweeps.store.durable import TEMPORARY, write_durably
from tredegar.sweeps.store.late import Patience
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.seen import seen_store

from ...support.sweep_cases import contents, small_spec


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time goes by only while somebody waits; the list holds each wait."""
    found: list[float] = []
    monkeypatch.setattr(late.time, "sleep", found.append)
    monkeypatch.setattr(late.time, "monotonic", lambda: sum(found))
    return found


def test_patience_is_used_up_by_one_wait_after_another_and_then_does_not_wait(looks, tmp_path) -> None:
    patience = Patience(3.0)
    assert patience.wait_until(lambda: len(looks) == 2, tmp_path)
    assert not patience.wait_until(lambda: False, tmp_path)
    assert sum(looks) == 3.0
    assert not patience.wait_until(lambda: False, tmp_path)
    assert patience.wait_until(lambda: True, tmp_path)
    assert sum(looks) == 3.0


def test_a_store_that_never_shows_is_refused_in_the_end(looks, tmp_path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        seen_store(str(tmp_path / "none.zarr"))
    assert sum(looks) == late.SECONDS_TO_SHOW


def test_a_worker_waits_for_the_coordinates_and_arrays_of_an_extension_that_it_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The root file shows first; what was replaced with it is still seen as it was before."""
    store = tmp_path / "s.zarr"
    assert complete_sweep(small_spec(), store, workers=0, engine="numpy").complete
    replaced = [store / name / "zarr.json" for name in ("replicate", "quality")]
    before = {path: path.read_bytes() for path in replaced}
    larger = small_spec("replicates = 3", "replicates = 6")
    extend(store, larger)
    shown = [*replaced, store / "replicate" / "c.1"]
    after = {path: path.read_bytes() for path in shown}
    for path in replaced:
        path.write_bytes(before[path])
    shown[-1].unlink()
    waits = iter(shown)

    def one_more_shows(seconds: float) -> None:
        path = next(waits)
        path.write_bytes(after[path])

    monkeypatch.setattr(late.time, "sleep", one_more_shows)
    seen = seen_store(str(store), larger.hash())
    assert list(waits) == []
    assert seen.shape == (25, 6) and seen.array("quality").shape[1] == 6
    assert list(seen.read_points(slice(0, 1)))


def test_another_folder_in_the_place_of_a_store_is_refused_at_once(looks, tmp_path) -> None:
    (tmp_path / "s.zarr").mkdir()
    (tmp_path / "s.zarr" / "letter.txt").write_text("keep")
    with pytest.raises(StoreError, match="cannot be created: Directory not empty"):
        create_store(small_spec(), tmp_path / "s.zarr")
    assert looks == []
    assert (tmp_path / "s.zarr" / "letter.txt").read_text() == "keep"


def test_a_batch_of_an_extended_sweep_keeps_no_run_whose_values_are_not_seen(tmp_path) -> None:
    """Its status is seen, its values are still those of before, or none: what would be joined are values of no run."""
    larger = small_spec("levels = 5}\nmandate_detail", "levels = 9}\nmandate_detail")
    store, sound = tmp_path / "s.zarr", tmp_path / "sound.zarr"
    for path in (store, sound):
        assert complete_sweep(small_spec(), path, workers=0, engine="numpy", points_per_batch=10).complete
        extend(path, larger)
    assert complete_sweep(larger, sound, workers=0, engine="numpy").complete
    opened = SweepStore(store)
    partial = opened.batch(2)
    file, other = (opened.chunk_file("queue", opened.batch(number)) for number in (2, 1))
    assert (opened.read_status_of(partial) == 0).any() and opened.read_status_of(partial).any()
    file.write_bytes(other.read_bytes())
    assert run_batch(str(store), 2, "numpy").stop == ""
    assert complete_sweep(larger, store, workers=0, engine="numpy").redone == 0
    assert contents(store) == contents(sound)


def extend(path: Path, larger) -> None:
    from tredegar.sweeps.upkeep.extend import extend_store

    extend_store(SweepStore(path), larger)


def test_what_a_process_of_another_array_has_written_meanwhile_stays_as_it_is(tmp_path) -> None:
    """Written again it would for a moment not be done, and remain so if this process were killed then."""
    path = tmp_path / "s.zarr"
    create_store(small_spec(), path)
    file = SweepStore(path).chunk_file(STATUS, SweepStore(path).batch(0))
    seen: list[os.stat_result] = []

    def overtaken(*given, **named):
        from tredegar.kernels import simulate

        if not seen:
            assert run_batch(str(path), 0, "numpy").done
            seen.append(file.stat())
        return simulate(*given, **named)

    assert run_batch(str(path), 0, "numpy", simulate=overtaken).stop == ""
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (seen[0].st_ino, seen[0].st_mtime_ns)


def test_a_file_is_written_however_many_others_tidy_up_meanwhile(tmp_path, monkeypatch) -> None:
    replace, taken = os.replace, []

    def tidied(source, target):
        if len(taken) < 5:
            taken.append(source)
            Path(source).unlink()
        return replace(source, target)

    monkeypatch.setattr(os, "replace", tidied)
    write_durably(tmp_path / "c.0.0", b"values")
    assert (tmp_path / "c.0.0").read_bytes() == b"values"
    assert len(taken) == 5
    assert list(tmp_path.glob(f"*{TEMPORARY}")) == []


def test_verify_looks_again_before_it_says_that_something_is_missing_or_damaged(tmp_path, monkeypatch, looks) -> None:
    path = tmp_path / "s.zarr"
    assert complete_sweep(small_spec(), path, workers=0, engine="numpy").complete
    store = SweepStore(path)
    hidden = [store.chunk_file(name, store.batch(number)) for name, number in ((STATUS, 0), ("queue", 1))]
    sound = contents(path)
    for file in hidden:
        file.rename(tmp_path / f"{file.parent.name}-{file.name}")

    def shows_one_more(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) % 3 == 0 and hidden:
            file = hidden.pop(0)
            (tmp_path / f"{file.parent.name}-{file.name}").rename(file)

    monkeypatch.setattr(late.time, "sleep", shows_one_more)
    found = verify_store(path, engine="numpy", patience=60)
    assert (found.faults, found.repaired, found.counts.missing) == ((), (), 0)
    assert contents(path) == sound
    assert len(looks) == 6


def test_verify_waits_for_the_store_itself_and_for_its_arrays(tmp_path, monkeypatch, looks) -> None:
    path = tmp_path / "s.zarr"
    assert complete_sweep(small_spec(), path, workers=0, engine="numpy").complete
    sound = contents(path)
    steps = [(tmp_path / "hidden.zarr", path), (tmp_path / "hidden.json", path / "quality" / "zarr.json")]
    for hidden, shown in reversed(steps):
        shown.rename(hidden)

    def shows_one_more(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) % 2 == 0 and steps:
            hidden, shown = steps.pop(0)
            hidden.rename(shown)

    monkeypatch.setattr(late.time, "sleep", shows_one_more)
    found = verify_store(path, engine="numpy", patience=60)
    assert (found.faults, found.repaired, found.counts.missing, len(looks)) == ((), (), 0, 4)
    assert contents(path) == sound


def test_progress_without_a_terminal_is_told_from_the_first_run_on_however_long_the_start_took(
    monkeypatch, capsys
) -> None:
    monkeypatch.setattr(cli_words, "SECONDS_BETWEEN_LINES", 0.0)
    with cli_words.progress_shown() as show:
        show(Progress(10, 2, 0, 0, 0.0))
        show(Progress(10, 2, 4, 0, 2.0))
    assert capsys.readouterr().err.splitlines() == [
        "resuming: 2 of 10 runs are done",
        "6 of 10 runs, 2.0 runs/s, 2.0 s left",
    ]
