"""Types of the public names: a checker finds every name that is misspelt in a user's script, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from tredegar.model import OUTCOMES, PARAMETERS, TRUST_RECORDS
from tredegar.model.name_types import OutcomeName, ParameterName, PointTable, TrustRecordName
from tredegar.sweeps.forms.keywords import keywords_of_tables
from tredegar.sweeps.spec.places import models_of_tables
from tredegar.sweeps.spec.samplers import SAMPLERS
from tredegar.sweeps.spec.spec import CountrySpec, RecordSpec, Spec
from tredegar.sweeps.spec_keys import CountryKeys, DesignKeys, RecordKeys, SpecKeys

from ..support.places import FOLDERS, ROOMS, ROOT, installed
from ..support.waiting import PATIENCE

pytestmark = pytest.mark.readers

SCRIPT = """\
import numpy as np
import pandas as pd
import tredegar as tg

print(tg.__version__, *(engine.name for engine in tg.engines()))
found = tg.simulate({"real_control": [0.2, 0.8], "mandate_detail": 0.5}, 2, months=12, trusts=3, engine="numpy")
other = tg.simulate(
    {"real_control": np.linspace(0.0, 1.0, 3), tg.change_of("sanction_strength", 7): 0.9},
    outcomes=["quality", "wait_months"],
    months=12,
    trusts=3,
    engine="numpy",
)
points: tg.Points = {"real_control": [0.2, 0.8]}
for given in (points, pd.DataFrame({"real_control": [0.2, 0.8]})):
    print(tg.simulate(given, months=12, trusts=3, engine="numpy")["quality"].shape)
corners = tg.simulate({name: [row.low, row.high] for name, row in tg.PARAMETERS.items()}, 1, 6, 3, engine="numpy")
settings = tg.Parameters(real_control=0.8, mandate_detail=0.2)
spec = tg.Spec(
    design={"method": "grid"},
    vary={"real_control": {"values": [0.2, 0.8]}},
    record={"outcomes": ["quality"]},
    replicates=4,
)
print(spec.replicates, found["quality"].shape, other["quality"].shape, corners["quality"].shape, settings.real_control)
country = tg.HealthService(real_control=0.8, trusts=3, clinicians=2, months=3)
country.run_model()
print(tg.OUTCOMES["quality"].unit, country.steps)
for name in corners:
    assert corners[name].shape == (2, 1, 6)
print(*(array.ndim for array in other.values()))


def looked_at(path: str) -> None:
    sweep = tg.open_sweep(path)
    change = tg.change_of("sanction_strength", 7)
    there = tg.at(sweep, {change: 0.9}, real_control=[0.2, 0.8], target_level=slice(0.8, 1.0))
    print(tg.window_mean(there, "quality"), tg.window_mean(there, ["quality", "fit"]))
    print(tg.analyze_sensitivity(sweep, method="regression"), tg.discover(sweep, "quality"))
"""
TYPOS = {
    "tg.engines()": ("tg.engine()", 'has no attribute "engine"'),
    '"mandate_detail": 0.5': ('"mandat_detail": 0.5', "incompatible type \"Literal['mandat_detail']\""),
    '["quality", "wait_months"]': ('["quality", "wait_month"]', "incompatible type \"Literal['wait_month']\""),
    "mandate_detail=0.2": ("mandate_detial=0.2", 'Unexpected keyword argument "mandate_detial"'),
    "replicates=4": ("replicate=4", 'Unexpected keyword argument "replicate" for "Spec"'),
}
"""What stands in the script once -> how it is misspelt, and what is said of it."""
MORE_TYPOS = (
    'import tredegar as tg\ntg.PARAMETERS["real_controll"]\n',
    'import tredegar as tg\ntg.OUTCOMES["qualty"]\n',
    'import tredegar as tg\ntg.simulate({"real_control": 0.2})["qualty"]\n',
    'import tredegar as tg\ntg.Spec(design={"metod": "grid"})\n',
    'import tredegar as tg\ntg.Spec(design={"method": "gird"})\n',
    'import tredegar as tg\ntg.Spec(design="gird", vary={"real_control": [0.0, 1.0]})\n',
    'import tredegar as tg\ntg.Spec(design="grid", vary={"real_controll": [0.0, 1.0]})\n',
    'import tredegar as tg\ntg.Spec(design="grid", outcomes=["qualty"])\n',
    'import tredegar as tg\ntg.Spec(design={"method": "grid"}, fixed={"real_controll": 0.2})\n',
    'import tredegar as tg\ntg.Spec(design={"method": "grid"}, record={"outcomes": ["qualty"]})\n',
    'import tredegar as tg\ntg.discover(tg.open_sweep("a.zarr"), "qualty")\n',
    'import tredegar as tg\ntg.window_mean(tg.open_sweep("a.zarr"), ["qualty"])\n',
    'import tredegar as tg\ntg.draw_map(tg.open_sweep("a.zarr"), "quality", x="real_controll")\n',
    'import tredegar as tg\ntg.at(tg.open_sweep("a.zarr"), real_controll=0.5)\n',
    'import tredegar as tg\ntg.at(tg.open_sweep("a.zarr"), {"real_controll": 0.5})\n',
    'import tredegar as tg\ntg.contrast(tg.open_sweep("a.zarr"), {"real_controll": 0.5}, {"real_control": 0.5})\n',
    "import tredegar as tg\ntg.HealthService(real_controll=0.5)\n",
    "import tredegar as tg\ntg.HealthService(trust=3, real_control=0.8)\n",
    "from tredegar import simulat\n",
    *(f"from tredegar.{room} import no_such_name\n" for room in ROOMS),
)


def misspelt() -> str:
    """Return the script with all its typos."""
    text = SCRIPT
    for right, (wrong, _) in TYPOS.items():
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    return text


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What mypy says of all scripts, a line each, of a copy of the packages where they are installed."""
    pytest.importorskip("mypy", reason="mypy is in the extra 'check'")
    folder = tmp_path_factory.mktemp("user")
    for name in FOLDERS:
        place = folder / "site" / installed(f"{name}/")
        shutil.copytree(ROOT / name, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    scripts = {"right": SCRIPT, "wrong": misspelt()} | {f"more{n}": text for n, text in enumerate(MORE_TYPOS)}
    for name, text in scripts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    # Of what is installed, a checker takes the types and tells no errors.
    options = ["--strict", "--follow-imports", "silent", "--no-error-summary", "--hide-error-context"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *(f"{name}.py" for name in scripts)],
        cwd=folder,
        env={"MYPYPATH": str(folder / "site"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert not done.stderr
    return [line for line in done.stdout.splitlines() if ": error: " in line]


def lines_of(told: list[str], script: str) -> list[str]:
    return [line for line in told if line.startswith(f"{script}.py:")]


def test_a_checker_finds_the_five_typos_of_a_script_each_in_its_line(told: list[str]) -> None:
    text = misspelt().splitlines()
    found = {int(line.split(":")[1]): line for line in lines_of(told, "wrong")}
    assert len(lines_of(told, "wrong")) == len(found) == len(TYPOS) == 5
    for wrong, said in TYPOS.values():
        (at,) = (at for at, line in found.items() if said in line)
        # Of a call of several lines, a checker names the first for an argument that it does not know.
        assert wrong in " ".join(text[at - 1 : at + 5])


def test_a_checker_finds_nothing_in_the_script_mended(told: list[str]) -> None:
    assert lines_of(told, "right") == []


def test_the_script_mended_runs(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, "-P", "right.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    assert "4 (2, 2, 12) (3, 8, 12) (2, 1, 6) 0.8\n0..1 3\n3 3" in done.stdout


@pytest.mark.parametrize("number", range(len(MORE_TYPOS)), ids=lambda number: MORE_TYPOS[number].splitlines()[-1])
def test_a_checker_finds_the_typo_of_one_line(told: list[str], number: int) -> None:
    last = len(MORE_TYPOS[number].splitlines())
    assert {int(line.split(":")[1]) for line in lines_of(told, f"more{number}")} == {last}


def test_types_of_names_are_those_of_the_tables() -> None:
    assert get_args(ParameterName) == tuple(PointTable.__annotations__) == tuple(PARAMETERS)
    assert get_args(OutcomeName) == tuple(OUTCOMES)
    assert get_args(TrustRecordName) == tuple(TRUST_RECORDS)


def test_keys_of_a_spec_are_those_that_it_reads() -> None:
    for keys, model in ((CountryKeys, CountrySpec), (RecordKeys, RecordSpec)):
        assert set(keys.__annotations__) == set(model.model_fields)
    keywords = set(keywords_of_tables(models_of_tables()))
    assert set(SpecKeys.__annotations__) == set(Spec.model_fields) | keywords
    designs = (sampler.settings.model_fields for sampler in SAMPLERS.values())
    assert set(DesignKeys.__annotations__) == {key for fields in designs for key in fields}


def test_the_stub_declares_every_public_name_and_no_other(root: Path) -> None:
    import tredegar

    text = (root / "front" / "__init__.pyi").read_text(encoding="utf-8")
    declared = set(re.findall(r"^(?:def |from \S+ import \w+ as )?(\w+)(?=[(:]|$)", text, flags=re.MULTILINE))
    assert set(tredegar.__all__) <= declared
