"""A table of points: columns are parameters, and a bad row is refused by number and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.spec import Spec


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", "has no points"),
        ("real_control\n", "has no points"),
        ("real_controll\n1\n", "row 1: unknown parameter 'real_controll'; did you mean 'real_control'?"),
        ("real_control,real_control\n1,1\n", "named twice"),
        ("real_control\n2\n", "row 2: parameter 'real_control' must lie in 0 .. 1"),
        ("real_control\nx\n", "row 2, column 'real_control': expected a number, got 'x'"),
        ("real_control\n1,2\n", "row 2: expected 1 cell (real_control), got 2; a comma within a number"),
        ("method_heterogeneity\n5\n", "row 2: parameter 'method_heterogeneity' is declared for 0 .. 2"),
        ("sanction_strength@300\n0.5\n", "changes after the last month"),
    ],
)  # fmt: skip
def test_a_bad_table_of_points_is_refused_by_row_and_column(tmp_path: Path, table: str, expected: str) -> None:
    (tmp_path / "points.csv").write_text(table)
    with pytest.raises(SpecError) as refusal:
        Spec.from_text("[design]\nmethod = 'table'\nfile = 'points.csv'\n", folder=tmp_path)
    assert expected in str(refusal.value)


def test_a_table_of_points_is_read_by_column_and_refuses_a_vary_table(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("real_control,mandate_detail\n0,1\n0.5,0.25\n")
    text = "[design]\nmethod = 'table'\nfile = 'points.csv'\n"
    spec = Spec.from_text(text, folder=tmp_path)
    assert {name: values.tolist() for name, values in spec.table.items()} == {
        "real_control": [0.0, 0.5],
        "mandate_detail": [1.0, 0.25],
    }
    with pytest.raises(SpecError, match=r"leave \[vary\] out"):
        Spec.from_text(text + "[vary]\nsolidarity = [0.0, 1.0]\n", folder=tmp_path)
