"""England's real trusts: how examples/england.py makes the providers table, from a made-up folder and the real one."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tredegar.model.providers import read_providers
from tredegar.sweeps import Spec

from ..support.places import NHS_DATA as REAL
from ..support.places import ROOT

MONTHS = [f"2018-{month:02d}-01" for month in range(4, 13)] + [f"2019-{month:02d}-01" for month in range(1, 4)]


def load_example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("england_example", ROOT / "examples" / "england.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


england = load_example()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny England: AAA stays, BBB and CCC merge into DDD, EEE is split, FFF and GGG cannot be matched."""
    attendances = [["period", "org_code", "type", "attendances", "breaches"]]
    for month in MONTHS:
        for code, count in (("AAA", 1000), ("BBB", 300), ("CCC", 200), ("EEE", 400), ("FFF", 70)):
            attendances.append([month, code, "1", str(count), "1"])
        attendances.append([month, "AAA", "2", "999", "0"])
    attendances += [["2016-04-01", "AAA", "1", "5", "0"]]
    write(tmp_path / "ae_attendances_trust_month_2016_2019.csv", attendances)
    write(
        tmp_path / "catchment_trust22_icb22.csv",
        [
            ["nhs_trust22_code", "icb22_code", "proportion_trust_came_from_icb"],
            ["AAA", "E1", "0.4"],
            ["AAA", "E2", "0.6"],
            ["DDD", "E1", "0.5"],
            ["DDD", "E2", "0.5"],
            ["HHH", "E1", "1"],
            ["GGG", "E2", "1"],
        ],
    )
    write(
        tmp_path / "trust_successions_1993_2022.csv",
        [
            ["old_code", "new_code", "date"],
            ["BBB", "XXX", "2019-04-01"],
            ["CCC", "DDD", "2020-04-01"],
            ["XXX", "DDD", "2021-04-01"],
            ["EEE", "AAA", "2021-10-01"],
            ["EEE", "HHH", "2021-10-01"],
            ["FFF", "AAA", "2001-04-01"],
        ],
    )
    write(
        tmp_path / "trusts22_names_region_status.csv",
        [["nhs_trust22_code", "nhs_trust22_name", "status"], ["AAA", "Aber, Trust", "open"], ["DDD", "Dale", "open"]],
    )
    return tmp_path


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_size_is_the_monthly_mean_of_the_last_year_carried_forward(folder: Path) -> None:
    table = england.build(folder).table.set_index("code")
    assert table["size"].to_dict() == {"AAA": 1200.0, "DDD": 500.0, "HHH": 200.0}


def test_board_is_the_one_most_patients_come_from_and_overlap_its_share(folder: Path) -> None:
    table = england.build(folder).table.set_index("code")
    assert table["council"].to_dict() == {"AAA": "E2", "DDD": "E1", "HHH": "E1"}, "of equal shares the first by code"
    assert (table["catchment"] == table["council"]).all()
    assert table["overlap"].to_dict() == {"AAA": 0.6, "DDD": 0.5, "HHH": 1.0}


def test_what_cannot_be_matched_is_told_with_the_reason(folder: Path) -> None:
    notes = "\n".join(england.build(folder).notes)
    assert notes.startswith("4 of 5 codes with type-1 attendances from 2018-04-01 to 2019-03-01 are matched")
    assert "carried forward: EEE -> AAA, HHH in equal shares" in notes
    assert "not matched: FFF (70 attendances a month): no catchment, and no successor that has one" in notes
    assert "left out: GGG" in notes
    assert "no name: HHH" in notes


def test_a_link_given_by_hand_fills_a_gap_in_the_successions(folder: Path) -> None:
    table = england.build(folder, ["FFF=GGG"]).table.set_index("code")
    assert table.loc["GGG", "size"] == 70.0


def test_successions_that_go_in_a_circle_match_nothing(folder: Path) -> None:
    edit(folder / "trust_successions_1993_2022.csv", "FFF,AAA,2001-04-01", "FFF,YYY,2020-04-01\nYYY,FFF,2020-04-01")
    assert "not matched: FFF" in "\n".join(england.build(folder).notes)


def test_a_trust_that_reported_part_of_the_year_is_averaged_over_its_months(folder: Path) -> None:
    for month in MONTHS[:6]:
        edit(folder / "ae_attendances_trust_month_2016_2019.csv", f"{month},CCC,1,200,1\n", "")
        edit(folder / "ae_attendances_trust_month_2016_2019.csv", f"{month},BBB,1,300,1\n", "")
    built = england.build(folder)
    assert built.table.set_index("code").loc["DDD", "size"] == 500.0
    assert "short: DDD Dale: mean of the 6 months it reported" in built.notes


def test_the_table_is_read_as_providers_by_the_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "providers.csv"
    assert england.main(["--data", str(folder), "--out", str(out)]) == 0
    assert f"wrote {out}: 3 trusts" in capsys.readouterr().out
    providers = read_providers(out)
    assert providers.code == ("AAA", "DDD", "HHH")
    assert providers.name == ("Aber, Trust", "Dale", "HHH")
    assert providers.overlap == (0.6, 0.5, 1.0)


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        ("ae_attendances_trust_month_2016_2019.csv", "org_code", "trust", "lacks the column 'org_code'"),
        ("ae_attendances_trust_month_2016_2019.csv", ",1000,", ",many,", "column 'attendances': expected a number"),
        ("ae_attendances_trust_month_2016_2019.csv", "2018-04-01", "April 2018", "expected YYYY-MM-DD"),
        ("ae_attendances_trust_month_2016_2019.csv", ",1,", ",3,", "no rows of type 1"),
        ("catchment_trust22_icb22.csv", "0.6", "0.1", "shares of trust AAA sum to 0.500; expected 1"),
        ("catchment_trust22_icb22.csv", "0.6", "-0.6", "expected a number of at least 0, got '-0.6'"),
        ("trust_successions_1993_2022.csv", "2021-10-01", "autumn", "column 'date': expected YYYY-MM-DD"),
    ],
)
def test_a_malformed_file_is_one_clear_line_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], file: str, before: str, after: str, message: str
) -> None:
    edit(folder / file, before, after)
    out = folder / "providers.csv"
    assert england.main(["--data", str(folder), "--out", str(out)]) == 1
    error = capsys.readouterr().err
    assert message in error and error.startswith("error: ") and error.count("\n") == 1
    assert not out.exists()


def test_a_missing_folder_file_or_code_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert england.main(["--data", str(folder / "absent")]) == 1
    assert "--data expects a folder" in capsys.readouterr().err
    assert england.main(["--data", str(folder), "--link", "FFF"]) == 1
    assert "--link expects OLD=NEW" in capsys.readouterr().err
    (folder / "catchment_trust22_icb22.csv").unlink()
    assert england.main(["--data", str(folder)]) == 1
    assert "expected one file catchment_trust22_icb22.csv" in capsys.readouterr().err


real_files = pytest.mark.skipif(not REAL.is_dir(), reason="the published NHS files are not beside this checkout")


@real_files
def test_real_files_give_about_135_codes_and_every_attendance_is_accounted_for(tmp_path: Path) -> None:
    built = england.build(REAL)
    assert built.notes[0].startswith("135 of 137 codes")
    assert len(built.table) == 124 and built.table["council"].nunique() == 42
    months = england.last_year(england.read(REAL, *england.ATTENDANCES))
    unmatched = [note.split()[2] for note in built.notes if note.startswith("not matched")]
    assert unmatched == ["RA3", "RBA"]
    assert built.table["size"].sum() == pytest.approx(months.drop(columns=unmatched).sum().sum() / 12, abs=10.0)


@real_files
def test_sizes_and_overlaps_of_real_trusts_lie_near_the_published_spread() -> None:
    table = england.build(REAL).table
    assert 0.40 < table["size"].std(ddof=0) / table["size"].mean() < 0.55, "V38, wider because of the mergers since"
    assert 0.88 < table["overlap"].median() < 0.93, "V37"


@real_files
def test_the_spec_beside_it_is_valid_on_the_real_table(tmp_path: Path) -> None:
    assert england.main(["--data", str(REAL), "--out", str(tmp_path / "providers_england.csv")]) == 0
    spec = tmp_path / "england.toml"
    spec.write_text((ROOT / "examples" / "england.toml").read_text(encoding="utf-8"), encoding="utf-8")
    read = Spec.from_file(spec)
    assert len(read.providers) == 124
