"""The command `observe` prints what the record says in files, how it was resampled, and what is wrong with them."""

from __future__ import annotations

import pytest

from ..observation.files.made_files import write_events
from ..support.commands import tredegar


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    write_events(tmp_path, reorganised=[5, 65, 161, 305], changed=[0, 10, 40, 60, 70, 94, 120, 150])
    return tmp_path


def test_it_prints_every_computed_target_with_its_window_and_what_is_missing(data, capsys):
    assert tredegar("observe", "--data", str(data)) == 0
    said = capsys.readouterr().out
    (line,) = [line for line in said.splitlines() if line.split()[:1] == ["V01"]]
    assert " 8.33 " in line and " to " in line and "by interval" in line and "7.27 (4.91 to 10.8)" in line
    assert "no value of V36: 'catchment_trust22_ltla21.csv' is not there" in said.splitlines()
    assert "'catchment_trust22_ltla21.csv' is not there and 'ae_trust_month_2021_2025.csv' is not there" in said


def test_it_prints_defects_a_line_each_and_writes_the_page(data, capsys):
    path = data / "compiled_health_secretaries.csv"
    path.write_text(path.read_text() + "Somebody,sometime,,\n,2001-01-01,,\n")
    assert tredegar("observe", "--data", str(data), "--markdown", str(data / "page.md")) == 0
    said = capsys.readouterr().out.splitlines()
    line = "compiled_health_secretaries.csv: dates that are no months: 1 row (line 10); left out"
    assert line in said and f"wrote {data / 'page.md'}" in said
    assert f"- {line}" in (data / "page.md").read_text()


def test_a_folder_is_needed(capsys):
    assert tredegar("observe") == 2
    assert "Missing option '--data'" in capsys.readouterr().err
