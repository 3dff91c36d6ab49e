"""The spec: what is read, and that every bad one gets one clear line naming the key and what is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tredegar.sweeps.spec.checks import number_of_points
from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.spec import Spec

GOOD = """
name = "first"
seed = 20130401
months = 120
replicates = 4
streams = "common"

[country]
trusts = 60
clinicians = 20

[fixed]
political_responsiveness = 0.0
"sanction_strength@61" = 0.8

[design]
method = "latin-hypercube"
points = 64

[vary]
mandate_detail = [0.0, 1.0]
method_heterogeneity = { low = 0.0, high = 1.5 }

[constants]

[record]
outcomes = ["quality", "true_access"]
every = 1
"""
PROVIDERS = "code,name,size,council,catchment\nRB,Bee,2,w,s\nRA,Ay,1,w,n\n"
GRID = 'replicates = 1\n[design]\nmethod = "grid"\n[vary]\nreal_control = {values = [0.0, 1.0]}\n'


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_the_example_of_the_contract_is_read() -> None:
    spec = Spec.from_text(GOOD)
    assert (spec.name, spec.seed, spec.months, spec.replicates, spec.trusts, spec.clinicians) == (
        "first", 20130401, 120, 4, 60, 20,
    )  # fmt: skip
    assert spec.fixed == {"political_responsiveness": 0.0, "sanction_strength@61": 0.8}
    assert spec.outcomes == ("true_access", "quality")
    assert number_of_points(spec) == 64


def test_the_canonical_text_means_the_same_spec_and_does_not_depend_on_how_it_was_written() -> None:
    spec = Spec.from_text(GOOD)
    again = Spec.from_text(spec.canonical())
    assert again.canonical() == spec.canonical()
    assert again.hash() == spec.hash()
    written_otherwise = changed("{ low = 0.0, high = 1.5 }", "[0, 1.5]  # a comment").replace("0.0\n", "0\n")
    assert Spec.from_text(written_otherwise).hash() == spec.hash()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed = 20130401", "seed = 20130402"),
        ("high = 1.5", "high = 1.25"),
        ("points = 64", "points = 65"),
        ("points = 64", "points = 64\nseed = 1"),
        ("[constants]", "[constants]\nNORM_ACCESS = 0.46"),
        ("0.8", "0.9"),
        ('streams = "common"', 'streams = "independent"'),
    ],
)
def test_another_meaning_has_another_hash(old: str, new: str) -> None:
    assert Spec.from_text(changed(old, new)).hash() != Spec.from_text(GOOD).hash()


def test_the_number_of_points_of_each_method() -> None:
    counts = {
        'method = "sobol"\npoints = 64\nsecond_order = true': 64 * 6,
        'method = "sobol"\npoints = 64\nsecond_order = false': 64 * 4,
        'method = "morris"\ntrajectories = 10': 30,
    }
    for design, count in counts.items():
        assert number_of_points(Spec.from_text(changed('method = "latin-hypercube"\npoints = 64', design))) == count


def test_a_providers_table_gives_the_trusts_and_belongs_to_the_hash(tmp_path: Path) -> None:
    (tmp_path / "providers.csv").write_text(PROVIDERS)
    text = changed("trusts = 60", 'providers = "providers.csv"')
    spec = Spec.from_text(text, folder=tmp_path)
    assert spec.trusts == 2
    (tmp_path / "providers.csv").write_text(PROVIDERS.replace("Bee,2", "Bee,3"))
    assert Spec.from_text(text, folder=tmp_path).hash() != spec.hash()
    assert Spec.from_stored(spec.canonical(), spec.providers_text).hash() == spec.hash()


@pytest.mark.parametrize("name", ["number_of_units", "size_spread", "boundary_mismatch"])
def test_what_a_providers_table_settles_cannot_be_varied(tmp_path: Path, name: str) -> None:
    (tmp_path / "providers.csv").write_text(PROVIDERS)
    text = changed("trusts = 60", 'providers = "providers.csv"').replace(
        "mandate_detail = [0.0, 1.0]", f"{name} = [0.3, 0.5]"
    )
    if name == "number_of_units":
        text = text.replace("[0.3, 0.5]", "[2, 4]")
    with pytest.raises(SpecError, match=f"vary '{name}' has no effect with a providers table"):
        Spec.from_text(text, folder=tmp_path)


BAD = [
    ("replicates = 4", "replicate = 4", "unknown key 'replicate'; did you mean 'replicates'?"),
    ("trusts = 60", "trust = 60", r"unknown key 'country.trust'; did you mean 'trusts'? (keys of [country]: trusts,"),
    ("points = 64", "points = 64\npoint = 1", "unknown key 'design.point'; did you mean 'points'?"),
    ("every = 1", "evry = 1", "unknown key 'record.evry'; did you mean 'every'?"),
    ("high = 1.5 }", "high = 1.5, level = 2 }",
     "unknown key 'vary.method_heterogeneity.level'; did you mean 'levels'?"),
    ("mandate_detail", "mandat_detail", "unknown parameter 'mandat_detail'; did you mean 'mandate_detail'?"),
    ("political_resp", "politcal_resp", "unknown parameter 'politcal_responsiveness'; did you mean 'political_resp"),
    ("[constants]", "[constants]\nNORM_ACCES = 1.0", "unknown constant 'NORM_ACCES'; did you mean 'NORM_ACCESS'?"),
    ('"quality"', '"qualty"', "unknown outcome 'qualty'; did you mean 'quality'?"),
    ('"latin-hypercube"', '"latin_hypercube"', "unknown method 'latin_hypercube'; did you mean 'latin-hypercube'?"),
    ('method = "latin-hypercube"', "", "key 'design.method' is missing; expected one of latin-hypercube, sobol"),
    ('"latin-hypercube"', "3", "key 'design.method' must be one of latin-hypercube"),
    ("[0.0, 1.0]", "[1.0, 0.0]", "vary 'mandate_detail' is reversed: low 1 lies above high 0"),
    ("[0.0, 1.0]", "[0.5, 0.5]", "vary 'mandate_detail' does not vary"),
    ("[0.0, 1.0]", "[0.0, 1.5]", "parameter 'mandate_detail' must lie in 0 .. 1 (share), got 1.5"),
    ("[0.0, 1.0]", "[0.0]", "vary 'mandate_detail' must be [low, high]"),
    ("[0.0, 1.0]", "0.5", "vary 'mandate_detail' must be [low, high]"),
    ("[0.0, 1.0]", "{ low = 0.0 }", "vary 'mandate_detail' lacks 'high'"),
    ("[0.0, 1.0]", "{ values = [0.0, 1.0] }", "levels belong to a grid"),
    ("[0.0, 1.0]", "{ low = 0, high = 1, levels = 1 }", "levels must be a whole number from 2"),
    ("[0.0, 1.0]", '[0.0, "1"]', "parameter 'mandate_detail' must be a number, got '1'"),
    ("[0.0, 1.0]", "[0.0, true]", "parameter 'mandate_detail' must be a number, got true"),
    ("[0.0, 1.0]", "[0.0, nan]", "parameter 'mandate_detail' must lie in 0 .. 1 (share), got nan"),
    ("[0.0, 1.0]", "[0.0, inf]", "must lie in 0 .. 1 (share), got inf"),
    ("high = 1.5", "high = 3.0", "'method_heterogeneity' is declared for 0 .. 2, got 3; set beyond_range = true"),
    ("= 0.0\n", "= nan\n", "parameter 'political_responsiveness' must lie in 0 .. 1 (index), got nan"),
    ("= 0.0\n", "= -0.5\n", "parameter 'political_responsiveness' must lie in 0 .. 1 (index), got -0.5"),
    ("= 0.0\n", "= true\n", "parameter 'political_responsiveness' must be a number, got true"),
    ("= 0.0\n", "= 2013-04-01\n", "must be a number, got the date or time 2013-04-01"),
    ("months = 120", "months = 0", "key 'months' must be a whole number from 1 to 12000, got 0"),
    ("months = 120", "months = -1", "key 'months' must be a whole number from 1 to 12000, got -1"),
    ("months = 120", "months = 12.0", "key 'months' must be a whole number from 1 to 12000, got 12.0"),
    ("months = 120", "months = true", "key 'months' must be a whole number from 1 to 12000, got true"),
    ("months = 120", 'months = "120"', "key 'months' must be a whole number from 1 to 12000, got '120'"),
    ("months = 120", "months = 1000000000", "key 'months' must be a whole number from 1 to 12000, got 1000000000"),
    ("replicates = 4", "replicates = 0", "key 'replicates' must be a whole number from 1"),
    ("replicates = 4", "replicates = -4", "key 'replicates' must be a whole number from 1"),
    ("points = 64", "points = 0", "key 'design.points' must be a whole number from 1"),
    ("points = 64", "points = -64", "key 'design.points' must be a whole number from 1"),
    ("points = 64", "points = 99999999999", "key 'design.points' must be a whole number from 1 to 16777216"),
    ("points = 64", "centred = true", "key 'design.points' is missing; expected a whole number from 1"),
    ("trusts = 60", "trusts = 0", "key 'country.trusts' must be a whole number from 1"),
    ("clinicians = 20", "clinicians = true", "key 'country.clinicians' must be a whole number from 1"),
    ("clinicians = 20", "clinicians = 10000\n", None),
    ("trusts = 60\nclinicians = 20", "trusts = 5000\nclinicians = 5000", "25,000,000 agents, at most 10,000,000"),
    ("seed = 20130401", "seed = 4294967296", "key 'seed' must be a whole number from 0 to 4294967295, got 4294967296"),
    ("seed = 20130401", "seed = -1", "key 'seed' must be a whole number from 0 to 4294967295, got -1"),
    ("seed = 20130401", f"seed = {'9' * 300}", "got a whole number of"),
    ("seed = 20130401", f"seed = {'9' * 5000}", "is not valid TOML"),
    ("seed = 20130401", "seed = 1.5", "key 'seed' must be a whole number"),
    ('streams = "common"', 'streams = "comon"',
     "key 'streams' must be 'common', 'independent' or 'paired', got 'comon'"),
    ('streams = "common"', 'streams = "paired"', None),
    ("replicates = 4\nstreams = \"common\"", "replicates = 4097\nstreams = \"paired\"",
     "key 'replicates' must be at most 4096 with streams = 'paired', got 4097"),
    ("points = 64", "points = 64\narms = 2", "unknown key 'design.arms'"),
    ("every = 1", "every = 7", "key 'record.every' must divide months: 120 months"),
    ("every = 1", "every = 0", "key 'record.every' must be a whole number"),
    ("every = 1", "trusts = 1", "key 'record.trusts' must be true or false, got 1"),
    ('["quality", "true_access"]', '"quality"', "key 'record.outcomes' must be a list of names"),
    ('["quality", "true_access"]', "[]", "no outcome was chosen"),
    ('["quality", "true_access"]', '["quality", "quality"]', "names an outcome twice"),
    ('["quality", "true_access"]', "[1]", "must be a list of names of outcomes, got [1]"),
    ("political_responsiveness", "mandate_detail", "parameter 'mandate_detail' is both fixed and varied"),
    ("sanction_strength@61", "sanction_strength@121", "'sanction_strength@121' changes after the last month"),
    ("sanction_strength@61", "sanction_strength@0", "is no change of a parameter"),
    ("sanction_strength@61", "sanction_strength@061", "is no change of a parameter"),
    ("sanction_strength@61", "sanction_strength@x", "is no change of a parameter"),
    ("sanction_strength@61", "sanction_strenght@61", "unknown parameter 'sanction_strenght'; did you mean 'sanction"),
    ("sanction_strength@61", "real_control@61", "'real_control@61' cannot change"),
    ("[constants]", "[constants]\nNORM_ACCESS = nan", "constant 'NORM_ACCESS' must lie in"),
    ("[constants]", "[constants]\nNORM_ACCESS = 0.0", "constant 'NORM_ACCESS' must lie in above 0"),
    ("[constants]", "[constants]\nNORM_ACCESS = true", "constant 'NORM_ACCESS' must be a number"),
    ('name = "first"', 'name = ""', "key 'name' must be a name of 1 to 100 letters"),
    ('name = "first"', 'name = "a\\u001b[31m"', "key 'name' must be printable letters"),
    ("[country]\ntrusts = 60\nclinicians = 20\n", "country = 3\n", "key 'country' must be"),
    ('method = "latin-hypercube"\npoints = 64', 'method = "sobol"\npoints = 48',
     "power of two under sobol, got 48; the nearest are 32 and 64"),
    ('method = "latin-hypercube"\npoints = 64', 'method = "morris"\ntrajectories = 10\nlevels = 3',
     "an even whole number"),
    ('method = "latin-hypercube"\npoints = 64', 'method = "grid"', "vary 'mandate_detail' under grid must be {values"),
    ('method = "latin-hypercube"\npoints = 64', 'method = "table"\nfile = "none.csv"',
     "table of points 'none.csv' cannot be read"),
    ("trusts = 60", 'providers = "none.csv"', "providers table 'none.csv' cannot be read: No such file"),
    ("[vary]\nmandate_detail = [0.0, 1.0]\nmethod_heterogeneity = { low = 0.0, high = 1.5 }", "", "nothing is varied"),
    ("mandate_detail = [0.0, 1.0]\nmethod_heterogeneity = { low = 0.0, high = 1.5 }", "", "nothing is varied"),
    ('streams = "common"', 'streams = "independent"', None),
    ("replicates = 4\nstreams = \"common\"", "replicates = 5000\nstreams = \"independent\"",
     "key 'replicates' must be at most 4096"),
    ("replicates = 4\nstreams = \"common\"", "replicates = 60000", None),
    ("months = 120", "months = ", "is not valid TOML"),
    ("[country]", "[country", "is not valid TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BAD, ids=[f"{new or 'nothing'}"[:40] for _, new, _ in BAD])
def test_a_bad_spec_gets_one_line_and_a_good_one_none(tmp_path: Path, old: str, new: str, expected: str | None) -> None:
    text = changed(old, new)
    if expected is None:
        Spec.from_text(text, folder=tmp_path)
        return
    with pytest.raises(SpecError) as refusal:
        Spec.from_text(text, folder=tmp_path)
    message = str(refusal.value).replace(f"{tmp_path}/", "")
    assert expected in message
    assert "\n" not in message
    assert len(message) < 500


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty"),
        ("# only a comment\n", "is empty"),
        ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("a = " + "[" * 20 + "]" * 20, "nested too deeply"),
        ("a." * 40 + "b = 1", "nested too deeply"),
        ("x = 1\n" * 200_000, "larger than"),
        ("name = 'x'", "key 'design' is missing"),
        ("design = 3", "key 'design' must be a table"),
        ("fixed = 3\n" + GRID, "key 'fixed' must be a table, got 3"),
        ("vary = [1]\n[design]\nmethod = 'grid'", "key 'vary' must be a table"),
        (GRID.replace("[0.0, 1.0]", "[0.0, 0.0]"), "a value is named twice"),
        (GRID.replace("[0.0, 1.0]", "[0.0]"), "values must be a list of 2 to"),
        (GRID.replace("{values = [0.0, 1.0]}", "{low = 0, high = 1, levels = 100001}"), "levels must be"),
    ],
)  # fmt: skip
def test_text_that_is_no_spec_is_refused_in_one_line(text: str, expected: str) -> None:
    with pytest.raises(SpecError) as refusal:
        Spec.from_text(text)
    assert expected in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_grid_that_is_too_large_says_how_large_it_is() -> None:
    rows = "\n".join(
        f"{name} = {{low = 0.0, high = 1.0, levels = 999}}" for name in ("real_control", "mandate_detail", "solidarity")
    )
    with pytest.raises(SpecError, match=re.escape("997,002,999 points under grid, at most 16,777,216")):
        Spec.from_text(f"[design]\nmethod = 'grid'\n[vary]\n{rows}\n")


def test_too_many_runs_and_too_many_points_for_independent_streams_are_refused() -> None:
    with pytest.raises(SpecError, match="runs, at most 1,073,741,824"):
        Spec.from_text(changed("points = 64", "points = 60000").replace("replicates = 4", "replicates = 60000"))
    with pytest.raises(SpecError, match="at most 1,048,576 fit streams = 'independent'"):
        Spec.from_text(changed("points = 64", "points = 1048577").replace("common", "independent"))


def test_values_beyond_the_declared_range_need_to_be_asked_for_and_never_pass_the_equations() -> None:
    wide = changed("high = 1.5", "high = 3.0").replace("points = 64", "points = 64\nbeyond_range = true")
    assert Spec.from_text(wide).vary["method_heterogeneity"].high == 3.0
    with pytest.raises(SpecError, match="must lie in 0 .. 100"):
        Spec.from_text(wide.replace("3.0", "101.0"))


def test_a_grid_takes_levels_in_either_form_and_hits_its_ends() -> None:
    text = GRID + "mandate_detail = {low = 0.1, high = 0.7, levels = 4}\n"
    spec = Spec.from_text(text)
    assert spec.vary["mandate_detail"].values == pytest.approx((0.1, 0.3, 0.5, 0.7))
    assert spec.vary["mandate_detail"].values[-1] == 0.7
    assert number_of_points(spec) == 8


def test_a_missing_file_a_folder_and_a_binary_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(SpecError, match="cannot be read"):
            Spec.from_file(path)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SpecError, match="not UTF-8"):
        Spec.from_file(tmp_path / "binary.toml")
