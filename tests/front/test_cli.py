"""The command: what it prints, how it ends, and that bad input gets one line and writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr

from tredegar.cli.entry import main
from tredegar.model import OUTCOMES, PARAMETERS
from tredegar.model.trust_groups import LEVERS_OF_GROUPS, ONLY_BY_GROUP
from tredegar.sweeps.run.plan import parse_size
from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.spec import Spec

from ..support.commands import tredegar
from ..support.sweep_cases import SMALL
from ..support.waiting import PATIENCE


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_small_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("small.toml").write_text(SMALL)


def only_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


def test_a_sweep_from_init_to_report_of_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    sweep = ("sweep", "small.toml", "--out", "s.zarr", "--workers", "0", "--engine", "numpy")
    assert tredegar(*sweep, "--plan") == 0
    assert "75 (25 points x 3 replicates)" in capsys.readouterr().out
    assert not Path("s.zarr").exists()
    assert tredegar("sweep", "small.toml", "--out", "s.zarr", "--engine", "numpy", "--task", "0/2") == 0
    assert "s.zarr is incomplete" in capsys.readouterr().out
    assert tredegar("status", "s.zarr") == 3
    assert "missing" in capsys.readouterr().out
    assert tredegar(*sweep) == 0
    said = capsys.readouterr()
    assert "resuming: 39 of 75 runs are done" in said.err
    assert "s.zarr is complete: 75 runs" in said.out
    assert tredegar(*sweep) == 0
    assert capsys.readouterr().out == "s.zarr is complete: 75 runs\n"
    assert tredegar("status", "s.zarr") == 0
    assert "done 75, failed 0, missing 0" in capsys.readouterr().out
    assert tredegar("verify", "s.zarr", "--runs", "2", "--engine", "numpy") == 0
    assert "2 runs computed again here with engine numpy are equal bit for bit" in capsys.readouterr().out


def test_sweep_and_verify_name_the_damaged_file_and_repair_it(capsys: pytest.CaptureFixture[str]) -> None:
    sweep = ("sweep", "small.toml", "--out", "s.zarr", "--workers", "0", "--engine", "numpy")
    assert tredegar(*sweep) == 0
    Path("s.zarr/queue/c.1.0.0").write_bytes(b"")
    capsys.readouterr()
    assert tredegar("verify", "s.zarr", "--no-repair") == 1
    said = capsys.readouterr().err
    assert "queue/c.1.0.0: is cut short" in said
    assert "1 fault in s.zarr; without --no-repair what is damaged is computed again" in said
    assert tredegar(*sweep) == 0
    assert "repaired: queue/c.1.0.0: is cut short" in capsys.readouterr().err
    Path("s.zarr/queue/c.1.0.0").unlink()
    assert tredegar("verify", "s.zarr", "--runs", "0", "--engine", "numpy") == 0
    assert "repaired: queue/c.1.0.0: is missing" in capsys.readouterr().err
    assert tredegar("verify", "s.zarr", "--runs", "0", "--no-repair") == 0


def test_init_writes_a_spec_that_is_read_and_never_overwrites(capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar("init", "new.toml") == 0
    assert Spec.from_file("new.toml").name == "my first sweep"
    capsys.readouterr()
    assert tredegar("init", "new.toml") == 1
    assert "exists already" in only_line(capsys.readouterr().err)


def test_the_first_example_is_a_grid_of_the_seddon_question(root: Path) -> None:
    spec = Spec.from_file(root / "examples" / "first.toml")
    assert list(spec.vary) == ["mandate_detail", "method_heterogeneity"]
    assert spec.fixed["political_responsiveness"] == 0.0


def test_one_run_is_printed_year_by_year_and_written(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ("--months", "30", "--trusts", "3", "--clinicians", "2", "--engine", "numpy")
    assert (
        tredegar("run", "--set", "real_control=0.8", "--set", "sanction_strength@13=1", *sizes, "--out", "r.zarr") == 0
    )
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines() if line[:5].strip().isdigit()] == ["1", "2", "3"]
    dataset = xr.open_zarr("r.zarr", consolidated=False)
    assert set(dataset.data_vars) == set(OUTCOMES)
    assert dataset.sizes["month"] == 30
    assert float(dataset["sanction_strength@13"]) == 1.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "real_controll=1"), "unknown parameter 'real_controll'; did you mean 'real_control'?"),
        (("--set", "real_control"), "--set must be name=value"),
        (("--set", "real_control=x"), "--set real_control: expected a number, got 'x'"),
        (("--set", "real_control=2"), "parameter 'real_control' must lie in 0 .. 1"),
        (("--set", "real_control=1", "--set", "real_control=0"), "names 'real_control' twice"),
        (("--set", "sanction_strength@500=1"), "changes after the last month"),
        (("--seed", "-1"), "seed must be a whole number"),
        (("--engine", "abacus"), "unknown engine 'abacus'"),
    ],
)  # fmt: skip
def test_a_bad_run_gets_one_line(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar("run", "--months", "12", *words) == 1
    assert said in only_line(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("replicates", "replicate"), "unknown key 'replicate'; did you mean 'replicates'?"),
        (("months = 24", "months = 0"), "key 'months' must be a whole number from 1"),
        (("[design]", "[design"), "is not valid TOML"),
        ((SMALL, ""), "is empty"),
        (("trusts = 3", 'providers = "none.csv"'), "providers table"),
    ],
)
def test_a_bad_spec_gets_one_line_and_nothing_is_written(
    change: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.toml").write_text(SMALL.replace(*change, 1))
    before = sorted(Path().iterdir())
    for plan in ((), ("--plan",)):
        assert tredegar("sweep", "bad.toml", "--out", "s.zarr", *plan) == 1
        output = capsys.readouterr()
        assert said in only_line(output.err)
        assert output.out == ""
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    "words",
    [
        ("sweep", "small.toml"),
        ("sweep", "small.toml", "--out", "s.zarr", "--task", "2/2"),
        ("sweep", "small.toml", "--out", "s.zarr", "--task", "one"),
        ("sweep", "small.toml", "--out", "s.zarr", "--workers", "-1"),
        ("sweep", "small.toml", "--out", "s.zarr", "--workers", "2", "--task", "0/2"),
        ("sweap", "small.toml"),
        ("run", "--months", "0"),
        ("run", "--replicate", str(2**32)),
        ("run", "--months", "many"),
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_status_2_and_writes_nothing(words: tuple[str, ...]) -> None:
    assert tredegar(*words) == 2
    assert not Path("s.zarr").exists()


@pytest.mark.parametrize("command", ["status", "verify", "report"])
def test_what_is_no_store_is_refused_in_one_line(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar(command, "none.zarr") == 1
    assert "none.zarr" in only_line(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (("--max-files", "3"), "--max-files allows 3"),
        (("--max-bytes", "1kB"), "--max-bytes allows 1,000"),
        (("--max-hours", "0.0000001"), "--max-hours allows 1e-07"),
        (("--max-bytes", "plenty"), "--max-bytes must be a size"),
    ],
)
def test_a_sweep_beyond_its_budget_is_refused_before_anything_is_written(
    budget: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tredegar("sweep", "small.toml", "--out", "s.zarr", "--engine", "numpy", *budget) == 1
    assert said in only_line(capsys.readouterr().err)
    assert not Path("s.zarr").exists()


def test_sizes_are_read_as_people_write_them() -> None:
    assert [parse_size(text) for text in ("500", "1kB", "1.5 GB", "2TiB", "3M")] == [500, 1000, 1.5e9, 2 * 1024**4, 3e6]
    with pytest.raises(SpecError):
        parse_size("-1")


def test_tables_are_listed_and_searched(capsys: pytest.CaptureFixture[str]) -> None:
    assert tredegar("parameters") == 0
    said = capsys.readouterr().out
    lines = {line.split()[0]: line for line in said.splitlines()}
    assert set(lines) == {"parameter", *PARAMETERS, *ONLY_BY_GROUP}
    assert {name for name, line in lines.items() if "also by group" in line} == set(LEVERS_OF_GROUPS)
    assert all(f" {row.default:g} " in lines[name] and row.meaning in lines[name] for name, row in PARAMETERS.items())
    assert all(lines[name].endswith(row.source) for name, row in PARAMETERS.items())
    assert tredegar("outcomes", "queue") == 0
    assert "rule S2 of docs/model.md" in capsys.readouterr().out
    assert tredegar("engines") == 0
    assert "numpy" in capsys.readouterr().out
    assert tredegar("parameters", "unicorn") == 1


def test_debug_shows_the_traceback() -> None:
    with pytest.raises(SpecError):
        main(["sweep", "none.toml", "--out", "s.zarr", "--debug"])


def test_help_is_instant_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom tredegar.cli.entry import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'zarr', 'distributed', 'xarray', 'pydantic', 'scipy', 'matplotlib', 'mesa', 'numba'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"
    assert "tredegar init my.toml" in " ".join(out.split())


def test_the_entry_loads_nothing_where_an_interruption_would_show_a_traceback() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom tredegar.cli.entry import main\n"
        "print(*sorted(set(sys.modules) - before - {'tredegar', '__future__'}))"
    )
    out = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["tredegar.cli", "tredegar.cli.entry"]


@pytest.mark.parametrize("start", [("-c", "from tredegar.cli.entry import main; main()"), ("-m", "tredegar.cli.entry")])
@pytest.mark.parametrize("module", ["typer", "zarr"])
def test_ctrl_c_while_the_command_loads_shows_no_traceback(tmp_path: Path, start: tuple[str, str], module: str) -> None:
    """A library that stands before the installed one is interrupted as it loads: before the command or in it."""
    (tmp_path / f"{module}.py").write_text("print('loading', flush=True)\nraise KeyboardInterrupt\n")
    place = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-P", *start, "sweep", "small.toml", "--out", "s.zarr"]
    done = subprocess.run(command, env=place, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stdout == "loading\n"
    if module == "typer":
        assert (done.returncode, done.stderr) == (130, "")
    else:
        assert done.returncode == 3
        assert "interrupted" in only_line(done.stderr)


def test_a_fault_of_the_program_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(*given: object) -> dict[str, float]:
        raise KeyError("lost")

    monkeypatch.setattr("tredegar.sweeps.run.single_run.parse_settings", faulty)
    assert tredegar("run") == 1
    assert only_line(capsys.readouterr().err) == "error: KeyError: 'lost'; a fault of tredegar, '--debug' shows where"
    with pytest.raises(KeyError):
        main(["run", "--debug"])


def test_the_table_of_years_fits_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert tredegar("run", "--months", "24", "--trusts", "3", "--clinicians", "2", "--engine", "numpy") == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[3:6]] == ["year", "1", "2"]


@pytest.mark.parametrize(
    "words",
    [("init", "a.toml", "x" * 9000), ("x" * 9000,), ("run", "--months", "x" * 9000), ("run", f"--{'x' * 9000}")],
    ids=["an argument too many", "no command", "no number", "no option"],
)
def test_a_refusal_repeats_no_more_than_a_part_of_what_was_given(words, capsys):
    with pytest.raises(SystemExit) as end:
        main([*words])
    said = capsys.readouterr().err
    assert end.value.code == 2 and "xxx" in said and "..." in said
    assert len(said) < 3000, len(said)
