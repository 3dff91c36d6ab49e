"""Tables and specs as other programs write them: the one line that says what is different, and shows nothing raw."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tredegar.model.providers import parse_providers, read_providers
from tredegar.model.text.plain_text import hidden, plain
from tredegar.sweeps.run.single_run import parse_settings
from tredegar.sweeps.spec.errors import SpecError, safe_name
from tredegar.sweeps.spec.points_table import parse_points
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.spec.text import read_text

HEADING = "code,name,size,council,catchment\n"
TWO = "real_control,mandate_detail\n"
POINTS = {
    "semicolons": ("real_control;mandate_detail\n0,5;1\n", "row 1: the columns seem to be separated by semicolons"),
    "tabs": ("real_control\tmandate_detail\n0.5\t1\n", "seem to be separated by tabs; expected commas"),
    "bars": ("real_control|mandate_detail\n0.5|1\n", "seem to be separated by vertical bars"),
    "blanks": ("real_control mandate_detail\n0.5 1\n", "seem to be separated by blanks"),
    "semicolons, unknown names": ("a;b\n1;2\n", "seem to be separated by semicolons"),
    "excel's line": ("sep=;\nreal_control;mandate_detail\n0;1\n", "seem to be separated by semicolons"),
    "an index column": (",real_control\n0,0.5\n", "column 1 has no name; leave out the index column"),
    "a trailing comma": ("real_control,\n0.5,\n", "column 2 has no name; is there a comma at the end of the line?"),
    "a column without a name": ("real_control,,mandate_detail\n0,,1\n", "column 2 has no name; name it or leave it"),
    "a comma at the end of a row": (TWO + "0,1,\n", "cells (real_control, mandate_detail), got 3; a comma at its end?"),
    "decimal commas": (TWO + "0,5,1,0\n", "expected 2 cells (real_control, mandate_detail), got 4; a comma within a"),
    "quoted decimal commas": (TWO + '"0,5","1"\n', "expected a number, got '0,5'; write a decimal point"),
    "a no-break space in the heading": ("real_control\u00a0\n1\n", "'real_control?', holds a no-break space (U+00A0)"),
    "a zero-width space in the heading": ("real_\u200bcontrol\n1\n", "holds a zero width space (U+200B); take it out"),
    "a mark in the middle": ("\ufeffreal_control\n1\n", "holds a byte order mark (U+FEFF)"),
    "a no-break space in a cell": ("real_control\n\u00a01\n", "got '?1', which holds a no-break space (U+00A0)"),
    "a row of a no-break space": ("real_control\n1\n\u00a0\n", "row 3, column 'real_control': expected a number"),
    "an escape in the heading": ("real_control,\x1b[31mx\n1,1\n", "'?[31mx', holds a control character (U+001B)"),
    "an escape in a cell": ("real_control\n\x1b]0;owned\x07\n", "got '?]0;owned?', which holds a control character"),
    "blanks before a quoted name": ('real_control, "mandate_detail"\n0,1\n', "has a blank before its quotation mark"),
    "no heading": ("0.5,1\n0.6,1\n", "expected a heading that names the columns, got numbers"),
    "an empty file": ("", "is empty and has no points"),
    "blank lines alone": ("\n  \n\t\n", "is empty and has no points"),
    "a heading alone": ("real_control\n", "has no points: a heading but no rows"),
    "an absent value": ("real_control\nNA\n", "expected a number, got 'NA'"),
    "an empty value": (TWO + "0.5,\n", "column 'mandate_detail': expected a number, got an empty cell"),
    "a key of the spec": ("real_control,seed\n1,7\n", "'seed' is a key of the spec itself"),
}  # fmt: skip


@pytest.mark.parametrize("kind", POINTS)
def test_a_table_of_points_of_another_program_is_told_in_one_line(kind: str) -> None:
    text, said = POINTS[kind]
    with pytest.raises(SpecError) as refusal:
        parse_points(text, "points.csv", False)
    message = str(refusal.value)
    assert message.startswith("table of points 'points.csv'") and said in message
    assert message.isprintable() and len(message) < 400


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code;name;size;council;catchment\nRA;A;1,5;x;y\n", "separated by semicolons"),
        ("code\tname\tsize\tcouncil\tcatchment\nRA\tA\t1\tx\ty\n", "separated by tabs"),
        (",code,name,size,council,catchment\n0,RA,A,1,x,y\n", "column 1 has no name; leave out the index column"),
        ("code,name,size,council,catchment,\nRA,A,1,x,y,\n", "column 6 has no name; is there a comma at the end"),
        ("code,\x1b[31mname\x1b[0m,size\nRA,A,1\n", "'?[31mname?[0m', holds a control character (U+001B)"),
        (HEADING + "RA,St\u00a0Mary,1,x,y\n", "expected at most 200 printable letters, got 'St?Mary'"),
        (HEADING + "RA,A\x1b[2J,1,x,y\n", "got 'A?[2J' with a control character (U+001B)"),
        (HEADING + "RA,A,1 234,x,y\n", "column 'size': expected a finite number above 0, got '1 234'"),
        (HEADING + "RA,A," + "9" * 500 + ",x,y\n", "column 'size': expected a finite number above 0, got '999"),
        (HEADING + "RA,A,1,x,y,z\n", "row 2: expected 5 cells"),
        (HEADING + "RA," + "A" * 300 + ",1,x,y\n", "printable letters, got 300"),
    ],
)
def test_a_providers_table_of_another_program_is_told_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_providers(text, "t.csv")
    assert said in str(refusal.value)
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 400


def test_names_of_files_are_shown_without_what_a_terminal_obeys(tmp_path: Path) -> None:
    name = "a\x1b[31m.csv"
    (tmp_path / name).write_text("x;y\n")
    asked = [
        lambda: read_providers(tmp_path / name),
        lambda: read_providers(tmp_path / ("no" + name)),
        lambda: parse_providers("", name),
        lambda: parse_points("", name, False),
        lambda: read_text(tmp_path / ("no" + name), "spec"),
        lambda: Spec.from_file(tmp_path / name),
        lambda: Spec.from_text("[constants]\n\"\\u001b[31m\" = 1.0\n[design]\nmethod = 'grid'\n"),
        lambda: parse_settings(["\x1b[31m=1"]),
        lambda: parse_settings(["real_control=\x1b[31m"]),
    ]
    for ask in asked:
        with pytest.raises(ValueError) as refusal:
            ask()
        assert str(refusal.value).isprintable(), repr(str(refusal.value))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_and_quoted_headings_are_read(ends: str, tmp_path: Path) -> None:
    points = ends.join(['"real_control","mandate_detail"', "0.5,1", "", "0.25,0", ""])
    assert {name: values.tolist() for name, values in parse_points(points, "p.csv", False).items()} == {
        "real_control": [0.5, 0.25], "mandate_detail": [1.0, 0.0],
    }  # fmt: skip
    (tmp_path / "t.csv").write_bytes(f"{HEADING.strip()}{ends}RA,A,1,x,y{ends}".encode("utf-8-sig"))
    assert read_providers(tmp_path / "t.csv").code == ("RA",)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_text_in_another_encoding_is_refused_and_the_remedy_named(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes((HEADING + "RA,Zürich,1,x,y\n").encode(encoding))
    said = (
        "is not UTF-8 text: it seems to be UTF-16" if "16" in encoding else r"\(0xFC\) cannot be read; save it as UTF"
    )
    for read in (lambda: read_providers(path), lambda: read_text(path, "table of points")):
        with pytest.raises(ValueError, match=said):
            read()


def test_a_spec_with_odd_letters_is_refused_by_their_names() -> None:
    with pytest.raises(SpecError, match=r"no-break space \(U\+00A0\)"):
        Spec.from_text("months = 6\u00a0\n")
    with pytest.raises(SpecError, match="lines end in CR alone"):
        Spec.from_text("months = 6\rseed = 7\r")


ROWS = [f"R{number},Trust {number},{number + 1}.5,x,y" for number in range(6)]


@pytest.mark.parametrize("name", ["Total", "TOTAL", "England", "All", "All trusts", "something else"])
def test_a_last_row_that_is_the_sum_of_the_others_is_noted(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "tredegar"):
        table = parse_providers(HEADING + "\n".join([*ROWS, f"T,{name},24,x,y"]), "t.csv")
    assert len(table) == 7
    assert f"the size of the last row, 'T' ({name}), is the sum of the others; it is taken as a trust" in caplog.text


@pytest.mark.parametrize("last", ["T,Total,3,x,y", "T,Something,25,x,y", "T,Total,30,x,y"])
def test_a_last_row_of_another_size_is_not_noted(last: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "tredegar"):
        parse_providers(HEADING + "\n".join([*ROWS, last]), "t.csv")
        parse_providers(HEADING + "RA,A,5,x,y\nRB,B,5,x,y\n", "t.csv")
        parse_providers(HEADING + "RA,England,5,x,y\n", "t.csv")
    assert caplog.text == ""


GRID = "[design]\nmethod = 'grid'\n[vary]\nreal_control = {values = [0.0, 1.0]}\n"
SPEC_ITSELF = "is a key of the spec itself: it stands above its first table"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *((GRID + f"{key} = 6\n", f"unknown parameter '{key}'; '{key}' {SPEC_ITSELF}")
          for key in ("months", "seed", "replicates", "streams", "name")),
        *((GRID + f"[fixed]\n{key} = 6\n", f"unknown parameter '{key}'; '{key}' {SPEC_ITSELF}")
          for key in ("months", "seed", "replicates", "streams", "name")),
        (GRID + "seed = 6\n", "above its first table, or below [design]"),
        (GRID + "method = 'grid'\n", "'method' is a key that belongs below [design]"),
        (GRID + "outcomes = ['quality']\n", "'outcomes' is a key that belongs below [record]"),
        (GRID + "every = 12\n", "'every' is a key that belongs below [record]"),
        (GRID + "trusts = 12\n", "'trusts' is a key that belongs below [country] or [record]"),
        (GRID + "replicate = 6\n", "'replicates' is a key of the spec itself"),
        (GRID + "[vary.mandate_detail]\nlow = 0.0\nhigh = 1.0\nlevels = 2\nmonths = 6\n",
         f"unknown key 'vary.mandate_detail.months'; 'months' {SPEC_ITSELF}"),
        (GRID + "[vary.months]\nlow = 1.0\nhigh = 2.0\nlevels = 2\n", f"'months' {SPEC_ITSELF}"),
        (GRID + "[constants]\nmonths = 6.0\n", f"unknown constant 'months'; 'months' {SPEC_ITSELF}"),
        (GRID + "[constants]\nsolidarity = 0.5\n", "'solidarity' is a parameter: it belongs below [fixed] or [vary]"),
        (GRID + "[fixed]\nALERT_NEED = 1.0\n", "'ALERT_NEED' is a constant: it belongs below [constants]"),
        (GRID + "[record]\nsolidarity = 0.5\n", "unknown key 'record.solidarity'; 'solidarity' is a parameter"),
        (GRID + "[record]\nmonths = 6\n", f"'months' {SPEC_ITSELF}"),
        (GRID + "[country]\nreplicates = 6\n", f"'replicates' {SPEC_ITSELF}"),
        ("solidarity = 0.5\n" + GRID, "unknown key 'solidarity'; 'solidarity' is a parameter: it belongs below [fix"),
        ("every = 12\n" + GRID, "unknown key 'every'; 'every' is a key that belongs below [record]"),
        ("month = 12\n" + GRID, "unknown key 'month'; did you mean 'months'?"),
    ],
)  # fmt: skip
def test_a_key_below_the_wrong_heading_is_sent_to_its_own(text: str, said: str) -> None:
    with pytest.raises(SpecError) as refusal:
        Spec.from_text(text)
    assert said in str(refusal.value)


@pytest.mark.parametrize("name", ["months", "seed", "trusts", "clinicians", "replicate"])
def test_what_an_option_sets_is_no_parameter_of_a_run(name: str) -> None:
    with pytest.raises(SpecError, match=f"unknown parameter '{name}'; --{name} sets it"):
        parse_settings([f"{name}=3"])


def test_plain_text_is_one_line_of_printable_letters() -> None:
    assert plain("a\x1b[0m\nb\udcff\u202e") == "a?[0m?b??"
    assert plain("é±") == "é±"
    assert plain("x" * 10**7) == "x" * 57 + "..."
    assert safe_name("a\x1bb" * 100).isprintable()
    assert hidden("plain é") == "" and hidden("a\u202eb") == "right-to-left override (U+202E)"
