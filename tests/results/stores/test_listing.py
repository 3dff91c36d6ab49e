"""The list of stores tells of each how far it is, whether it has the rules installed, and what is wrong with it."""

from __future__ import annotations

import json
import shutil
import zipfile

import numpy as np
import pandas as pd
import pytest

from tredegar import Spec, run_sweep
from tredegar.cli.entry import main
from tredegar.results import list_sweeps, open_sweep
from tredegar.results.stores.listing import listed_rows

from ...support.made_stores import grid, made_store

POINTS = grid(mandate_detail=[0.0, 0.5, 1.0], method_heterogeneity=[0.0, 1.0])
SPEC = Spec(
    name="tiny",
    design={"method": "grid"},
    vary={"real_control": {"values": [0.2, 0.8]}},
    record={"outcomes": ["quality"]},
    country={"trusts": 3, "clinicians": 4},
    months=12,
    replicates=1,
)


def quality(points, luck, month):
    return points["mandate_detail"] + 0.1 * luck + 0.001 * month


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    place = tmp_path_factory.mktemp("swept") / "tiny.zarr"
    run_sweep(SPEC, place, workers=0, engine="numpy")
    return place


@pytest.fixture
def folder(swept, tmp_path):
    """A folder with stores whole, unfinished, archived and damaged in several ways, and other things."""
    top = tmp_path / "studies"
    for name in ("whole", "deep/er/whole", "unsealed", "rootless", "halved"):
        shutil.copytree(swept, top / f"{name}.zarr")
    status = np.ones((6, 4))
    status[3:], status[0, 0] = 0, 2
    made_store(top / "part.zarr", POINTS, {"quality": quality}, status=status)
    root = top / "unsealed.zarr" / "zarr.json"
    root.write_bytes(root.read_bytes().replace(b'"seed": 7', b'"seed": 8', 1))
    (top / "rootless.zarr" / "zarr.json").unlink()
    (top / "halved.zarr" / "zarr.json").write_bytes((swept / "zarr.json").read_bytes()[:900])
    with zipfile.ZipFile(top / "archive.zip", "w") as made:
        for file in sorted(path for path in swept.rglob("*") if path.is_file()):
            made.write(file, file.relative_to(swept))
    (top / "cut.zip").write_bytes((top / "archive.zip").read_bytes()[:3000])
    (top / "notes.txt").write_text("hello", encoding="utf-8")
    (top / "other.zip").write_bytes(b"PK nothing of ours")
    shutil.copytree(swept, top / ".hidden" / "whole.zarr")
    return top


def test_every_store_below_the_folder_is_a_row(folder):
    found = list_sweeps(folder).set_index("path")
    assert list(found.index) == sorted(found.index) == [
        *("archive.zip", "cut.zip", "deep/er/whole.zarr", "halved.zarr", "part.zarr", "rootless.zarr"),
        *("unsealed.zarr", "whole.zarr"),
    ]  # fmt: skip
    whole = found.loc["deep/er/whole.zarr"]
    assert (whole["name"], whole["state"], whole["runs"], whole["done"], whole["missing"]) == (
        "tiny",
        "complete",
        2,
        2,
        0,
    )
    assert (whole["points"], whole["replicates"], whole["months"], whole["rules_agree"]) == (2, 1, 12, True)
    assert found.loc["archive.zip", "state"] == "complete"
    assert found.loc["part.zarr", ["state", "runs", "done", "failed", "missing"]].tolist() == [
        "incomplete",
        24,
        11,
        1,
        12,
    ]


def test_damaged_stores_are_told_and_stop_nothing(folder):
    found = list_sweeps(folder).set_index("path")
    damaged = found[found["state"] == "damaged"]
    assert sorted(damaged.index) == ["cut.zip", "halved.zarr", "rootless.zarr", "unsealed.zarr"]
    assert "zarr.json is not what was written" in damaged.loc["unsealed.zarr", "problem"]
    assert damaged.loc["unsealed.zarr", "name"] == "tiny"
    assert not [said for said in damaged["problem"] if not said or "\n" in said]
    assert damaged["runs"].isna().all() and damaged["rules_agree"].isna().all()


def test_rules_of_another_version_are_told(swept, tmp_path, monkeypatch):
    shutil.copytree(swept, tmp_path / "a.zarr")
    monkeypatch.setattr("tredegar.model.rules_hash", lambda book: "f00d")
    assert list_sweeps(tmp_path)["rules_agree"].tolist() == [False]


@pytest.mark.parametrize(("agree", "word"), [(True, "installed"), (False, "others")])
def test_the_table_says_whether_rules_are_those_installed(swept, agree, word):
    header, rows = listed_rows(list_sweeps(swept).assign(rules_agree=agree))
    assert header[-1] == "rules" and [row[-1] for row in rows] == [word]


def test_files_that_are_lost_count_as_missing_runs(swept, tmp_path):
    shutil.copytree(swept, tmp_path / "a.zarr")
    next((tmp_path / "a.zarr" / "quality").glob("c*")).unlink()
    (row,) = list_sweeps(tmp_path).to_dict("records")
    assert row["state"] == "incomplete" and row["missing"] == 1


def test_a_store_itself_is_listed_and_an_empty_folder_has_no_rows(swept, tmp_path):
    assert list_sweeps(swept)["path"].tolist() == ["."]
    empty = list_sweeps(tmp_path)
    assert len(empty) == 0 and empty["runs"].dtype == pd.Int64Dtype()
    with pytest.raises(FileNotFoundError, match="no folder at"):
        list_sweeps(tmp_path / "nowhere")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="is no folder"):
        list_sweeps(tmp_path / "file")


def command(*words):
    try:
        main([str(word) for word in words])
    except SystemExit as ended:
        return ended.code or 0
    return 0


def test_the_command_prints_the_list_and_what_is_damaged(folder, capsys):
    assert command("list", folder) == 0
    said = capsys.readouterr().out
    assert "deep/er/whole.zarr" in said and "installed" in said
    assert "8 stores: 3 complete, 1 incomplete, 4 damaged below" in said
    assert "unsealed.zarr: store" in said and "zarr.json is not what was written" in said


def test_the_command_says_the_same_as_json(folder, capsys):
    assert command("list", folder, "--json") == 0
    stores = json.loads(capsys.readouterr().out)["stores"]
    assert [row["path"] for row in stores] == list_sweeps(folder)["path"].tolist()
    by_path = {row["path"]: row for row in stores}
    assert by_path["whole.zarr"]["rules_agree"] is True and by_path["whole.zarr"]["runs"] == 2
    assert by_path["cut.zip"]["runs"] is None and by_path["cut.zip"]["problem"]


def test_the_command_ends_in_one_line_where_there_is_no_folder(tmp_path, capsys):
    assert command("list", tmp_path / "nowhere") == 1
    assert "error: no folder at" in capsys.readouterr().err
    assert command("list", tmp_path) == 0 and "no store below" in capsys.readouterr().out


def test_a_listed_store_opens(folder):
    whole = [row for row in list_sweeps(folder).to_dict("records") if row["state"] == "complete"]
    assert [open_sweep(folder / row["path"]).attrs["runs_done"] for row in whole] == [2, 2, 2]
