"""Files that mean harm: a store, a spec, a table. None runs code, none takes more than seconds."""

from __future__ import annotations

import ast
import json
import os
import pickle
import shutil
from pathlib import Path

import pytest

from tredegar.model.providers import read_providers
from tredegar.results import open_sweep
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore

from ...support.fake_model import simulate
from ...support.places import FOLDERS
from ...support.sweep_cases import small_spec

UNPICKLERS = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "yaml"}
HARMLESS = {"pickle.PickleError"}


class Harm:
    """Pickled, it makes the file ``pwned`` where it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("pwned",)


def test_no_module_of_ours_can_read_a_pickle(root: Path) -> None:
    found = []
    for folder in FOLDERS:
        for path in (root / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    names += [f"{node.module}.{alias.name}" for alias in node.names]
                unpickles = {name for name in names if name.split(".")[0] in UNPICKLERS and name not in HARMLESS}
                found += [f"{path.name}: {name}" for name in sorted(unpickles)]
                if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                    found.append(f"{path.name}: allow_pickle")
    assert found == []


@pytest.mark.parametrize("name", ["status", "quality"])
@pytest.mark.parametrize("whole", [True, False])
def test_pickles_in_a_store_are_never_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, whole: bool
) -> None:
    """Arrays of Zarr 2 may name pickle as a filter; a store may hold one such array or be one of Zarr 2 altogether."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "s.zarr"
    complete_sweep(small_spec(), path, workers=0, simulate=simulate)
    shape = list(SweepStore(path).array(name).shape)
    shutil.rmtree(path / name)
    (path / name).mkdir()
    facts = {"zarr_format": 2, "shape": shape, "chunks": shape, "dtype": "|O", "fill_value": 0, "order": "C"}
    facts |= {"filters": [{"id": "pickle", "protocol": 5}], "compressor": None}
    (path / name / ".zarray").write_text(json.dumps(facts))
    (path / name / ".".join("0" * len(shape))).write_bytes(pickle.dumps(Harm()))
    if whole:
        attributes = json.loads((path / "zarr.json").read_text())["attributes"]
        (path / "zarr.json").unlink()
        (path / ".zgroup").write_text('{"zarr_format": 2}')
        (path / ".zattrs").write_text(json.dumps(attributes))
    for read in (lambda: SweepStore(path).array(name)[...], lambda: open_sweep(path, partial=True).load()):
        try:
            read()
        except (ValueError, KeyError, OSError):
            continue
    assert not (tmp_path / "pwned").exists()


def test_a_file_of_a_hundred_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.toml"
    with huge.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(SpecError, match="is larger than 1,000,000 bytes"):
        Spec.from_file(huge)
    with pytest.raises(ValueError, match="is larger than 4,000,000 bytes"):
        read_providers(huge)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{number} = 1\n" for number in range(20_000)),
        "[design]\nmethod = 'grid'\n[vary]\n" + "".join(f"k{number} = 1\n" for number in range(20_000)),
        "[[a]]\n" * 20_000,
        "a" + " . b" * 200_000 + " = 1",
        "a" + '."b"' * 200_000 + " = 1",
        "a." * 40 + "b = 1",
        "a = " + "{b = " * 3000 + "1" + "}" * 3000,
        "seed = 0x" + "f" * 900_000,
    ],
    ids=["keys", "parameters", "tables", "dots", "quoted dots", "few dots", "inline tables", "digits"],
)
def test_a_spec_of_a_megabyte_made_to_be_slow_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(SpecError) as refusal:
        Spec.from_text(text)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 500


def test_dots_that_are_no_key_are_no_depth() -> None:
    spec = Spec.from_text(small_spec().canonical() + "# " + "." * 60)
    assert spec.hash() == small_spec().hash()
    with pytest.raises(SpecError, match="providers table '.*' cannot be read"):
        Spec.from_text("[country]\nproviders = '" + "../" * 20 + "none.csv'\n[design]\nmethod = 'grid'\n")
