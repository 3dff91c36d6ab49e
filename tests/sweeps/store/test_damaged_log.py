"""The log of a store is for people: whatever becomes of it, nothing that reads it fails, and nothing raw is printed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tredegar.model.text.log_lines import LONGEST_LINE, read_log
from tredegar.results import open_sweep
from tredegar.results.report.provenance import failures, log_events, ran
from tredegar.sweeps.run.poison_runs import often_begun
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.store.log import read_events
from tredegar.sweeps.upkeep.missing import Task
from tredegar.sweeps.upkeep.status import report_status

from ...support.made_stores import grid, made_store
from ...support.sweep_cases import small_spec

BAD_LINES = [
    *("[1,2]", "7", "null", '"x"', "{}", "", "\x00\x01", "\ud7ff", "[" * 60_000, '{"a":' * 20_000, '{"event":"fail'),
    *('{"event":7}', '{"event":["begin"]}', '{"event":"stop"}', '{"event":"batch"}', '{"event":"start"}'),
    '{"event":"begin"}',
    *(f'{{"event":"begin","batch":{one}}}' for one in ('"x"', "null", "1e400", "[0]", "true", "-1", "1.5", "9" * 5000)),
    *(
        f'{{"event":"batch","batch":0,"runs":{runs},"seconds":{seconds},"engine":{engine}}}'
        for runs, seconds, engine in (("4", "NaN", '"numpy"'), ("4", "-Infinity", '"numpy"'), ('"4"', "1", '"numpy"'),
                                      ("4", "1", "{}"), ("4", "1e999", '"numpy"'), ("null", "1", '"numpy"'))
    ),
    *('{"event":"failure","point":0}', '{"event":"failure","point":0,"replicate":0,"reason":7}'),
    '{"event":"failure","point":"0","replicate":0,"reason":"x"}',
    *('{"event":"start","host":"h","versions":["numpy"]}', '{"event":"start","host":null}'),
    '{"event":"start","host":"h","versions":{"numpy":2}}',
]  # fmt: skip
GOOD_LINES = [
    {"event": "start", "host": "node\x1b[31m7", "versions": {"numpy": "2\x1b]0;x\x07"}},
    {"event": "batch", "batch": 0, "runs": 48, "seconds": 2.0, "engine": "num\x1bpy"},
    {"event": "failure", "point": 2, "replicate": 1, "reason": "no \x1b[2J\nnumber \u202e " + "x" * 5000},
]


def write_bad(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    text = "\n".join([*BAD_LINES, *map(json.dumps, GOOD_LINES), '{"event": "torn'])
    (folder / "a.jsonl").write_bytes(text.encode("utf-8", "surrogatepass"))
    (folder / "b.jsonl").write_bytes(bytes(range(256)) * 50 + b"\n" + b"\xff" * 100)
    (folder / "c.jsonl").write_bytes(
        b'{"event":"begin","batch":0,"x":"' + b"y" * 10_000_000 + b'"}\n' + b"x" * LONGEST_LINE
    )
    (folder / "d.jsonl").symlink_to(folder / "nowhere.jsonl")
    (folder / "e.jsonl").symlink_to(folder / "e.jsonl")
    (folder / "f.jsonl").mkdir()
    os.mkfifo(folder / "g.jsonl")


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def a_file(folder: Path) -> None:
    no_folder(folder)
    folder.write_text("not a folder")


def a_dangling_link(folder: Path) -> None:
    no_folder(folder)
    folder.symlink_to("nowhere")


def a_loop(folder: Path) -> None:
    no_folder(folder)
    folder.symlink_to(folder.name)


def unreadable(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(0)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "bad lines": write_bad,
    "no folder": no_folder,
    "a file": a_file,
    "a dangling link": a_dangling_link,
    "a loop of links": a_loop,
    "an unreadable folder": unreadable,
}


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_line_that_is_no_event_is_passed_by(line: str, tmp_path: Path) -> None:
    good = '{"event":"begin","batch":3}\n'
    (tmp_path / "a.jsonl").write_bytes((good + line + "\n" + good).encode("utf-8", "surrogatepass"))
    assert [event["batch"] for event in read_log(tmp_path)] == [3, 3]


def test_what_is_read_can_be_printed_and_a_long_line_is_never_held(tmp_path: Path) -> None:
    write_bad(tmp_path / "log")
    events = list(read_events(tmp_path))
    assert [event["event"] for event in events] == ["start", "batch", "failure"]
    for event in events:
        for text in (*event.values(), *event.get("versions", {}).values()):
            assert not isinstance(text, str) or (text.isprintable() and len(text) <= 500)
    assert events[2]["reason"].startswith("no ?[2J?number ? xxx")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_sweep_is_finished_and_its_status_told_whatever_becomes_of_its_log(damage: str, tmp_path: Path) -> None:
    store, spec = tmp_path / "s.zarr", small_spec("replicates = 3", "replicates = 1")
    assert complete_sweep(spec, store, workers=0).complete
    for chunk in (store / "status").rglob("*"):
        if chunk.is_file() and chunk.name != "zarr.json":
            chunk.unlink()
    DAMAGES[damage](store / "log")
    try:
        summary = complete_sweep(spec, store, workers=0)
        assert summary.complete and summary.computed
        found = report_status(store)
        assert found.counts.complete and all(name.isprintable() for name in found.engines)
        assert often_begun(str(store), [Task(0, False)]) == []
    finally:
        if (store / "log").is_dir():
            (store / "log").chmod(0o755)


@pytest.mark.parametrize("damage", DAMAGES)
def test_where_a_store_is_from_is_told_whatever_becomes_of_its_log(damage: str, tmp_path: Path) -> None:
    status = np.ones((4, 4))
    status[2, 1] = 2
    surface = {"quality": lambda points, luck, month: points["mandate_detail"] + luck + 0.0 * month}
    store = made_store(tmp_path / "m.zarr", grid(mandate_detail=[0.0, 0.25, 0.5, 1.0]), surface, status=status)
    DAMAGES[damage](store / "log")
    sweep = open_sweep(store)
    rows = dict(ran(sweep))
    (failure,) = failures(sweep)
    assert all(text.isprintable() for text in (*rows.values(), failure.reason))
    if damage == "bad lines":
        assert rows["computed on"] == "node?[31m7" and rows["engine"] == "num?py (48 runs)"
        assert len(failure.reason) <= 500
    else:
        assert not list(log_events(sweep)) or damage == "an unreadable folder"
        assert failure.reason == "no reason in the log" and rows["time"] == "unknown"
