"""A folder for commands to work in: specs, stores whole and in part, an archive, damaged things, and what it holds."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tredegar.results import open_sweep
from tredegar.store.format import StoreDamaged
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.compact import compact_store
from tredegar.sweeps.upkeep.missing import count_status

from ..support.own_rules import GAMING
from ..support.own_rules import RULES as OWN_RULES

SPEC = """
name = "fuzzed"
months = 24
replicates = 2
[country]
trusts = 3
clinicians = 2
[design]
method = "grid"
[vary]
solidarity = {low = 0.5, high = 1.0, levels = 2}
mandate_detail = {low = 0.0, high = 1.0, levels = 2}
[record]
outcomes = ["quality", "true_access", "party"]
every = 12
"""
SPECS = {
    "good.toml": SPEC,
    "more.toml": SPEC.replace("replicates = 2", "replicates = 4"),
    "other.toml": SPEC.replace('name = "fuzzed"', 'name = "<b>other</b>"').replace("months = 24", "months = 12"),
    "trusts.toml": SPEC.replace("every = 12", "every = 12\ntrusts = true"),
    "points.toml": SPEC[: SPEC.index("[design]")] + '[design]\nmethod = "table"\nfile = "points.csv"\n',
    "own.toml": SPEC.replace("[country]", '[rules]\nfile = "rules.py"\n[country]'),
    "bad.toml": SPEC.replace("months", "moths"),
    "huge.toml": SPEC.replace("replicates = 2", "replicates = 65536").replace("levels = 2", "levels = 500"),
}
RULES = {"rules.py": OWN_RULES, "gaming.py": GAMING, "bad.py": OWN_RULES.replace("0.9 *", "input() *")}
RECORD = {
    "compiled_health_secretaries.csv": "name,start,end,party\nA,1990-01,,X\nB,1992-07,,X\nC,NA,,Y\nA,1999-02,,X\n",
    "ae_wales_month.csv": "date,attendances,within_4h\n2009-10-01,100,90\n2009-11-01,100,90\n2009-12-01,9,\x1b[2J\n",
}
"""Files of the record: the first with a date that is none, the second, in a folder by itself, with no number."""
STORES = ("good.zarr", "part.zarr", "other.zarr", "trusts.zarr", "good.zip", "broken.zarr", "torn.zarr", "empty.zarr")
SOUND = ("good.zarr", "other.zarr", "trusts.zarr", "good.zip")
BIN = "bin"


def make_materials(folder: Path) -> Path:
    """Make the folder of everything that commands are given; return it."""
    folder.mkdir()
    for name, text in (SPECS | RULES).items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "points.csv").write_text("solidarity,mandate_detail\n0.5,0\n1,0.5\n", encoding="utf-8")
    for place, name in zip(("record", "bad"), RECORD, strict=True):
        (folder / place).mkdir()
        (folder / place / name).write_text(RECORD[name], encoding="utf-8")
    for name in ("good", "other", "trusts"):
        assert _sweep(folder, name, f"{name}.zarr")
    assert not _sweep(folder, "good", "part.zarr", (0, 2))
    compact_store(SweepStore(folder / "good.zarr"), folder / "good.zip")
    for name in ("broken.zarr", "torn.zarr"):
        shutil.copytree(folder / "good.zarr", folder / name)
    chunk = next((folder / "broken.zarr" / "quality").glob("c*"))
    chunk.write_bytes(chunk.read_bytes()[:-3] + b"xyz")
    root = folder / "torn.zarr" / "zarr.json"
    root.write_bytes(root.read_bytes()[:-40])
    (folder / "empty.zarr").mkdir()
    (folder / "file.txt").write_text("no store, no spec\n", encoding="utf-8")
    _stand_ins(folder / BIN)
    return folder


def _sweep(folder: Path, spec: str, store: str, task: tuple[int, int] | None = None) -> bool:
    made = Spec.from_file(folder / f"{spec}.toml")
    return complete_sweep(made, folder / store, workers=0, engine="numpy", task=task, points_per_batch=2).complete


def _stand_ins(folder: Path) -> None:
    """Put commands of schedulers there that queue nothing."""
    folder.mkdir()
    for name, answer in (("sbatch", "4711"), ("qsub", "4711.server"), ("squeue", ""), ("scontrol", ""), ("qstat", "")):
        (folder / name).write_text(f"#!/bin/sh\ncat >/dev/null 2>&1 </dev/null\necho {answer}\n", encoding="ascii")
        (folder / name).chmod(0o755)


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Return every file and folder below ``folder``: its path, and what tells whether it is as it was."""
    found, folders = {}, [os.fspath(folder)]
    while folders:
        for entry in os.scandir(folders.pop()):
            facts = entry.stat(follow_symlinks=False)
            is_folder = entry.is_dir(follow_symlinks=False)
            found[os.path.relpath(entry.path, folder)] = (0, 0) if is_folder else (facts.st_mtime_ns, facts.st_size)
            if is_folder:
                folders.append(entry.path)
    return found


def check_stores(folder: Path) -> None:
    """Whatever is called complete is: every store that opens as whole holds every value, equal to its digest."""
    for root in folder.rglob("zarr.json"):
        place = root.parent
        if not (place / "status").is_dir() or ".creating-" in str(place):
            continue
        try:
            sweep = open_sweep(place, verify=True)
        except ValueError:
            continue  # it says that it is unfinished or damaged
        try:
            whole = sweep.load()
        except StoreDamaged:
            continue
        assert int((whole["status"].values == 1).sum()) == whole.attrs["runs"] == whole["status"].size
        assert all(whole[name].notnull().all() for name in ("quality", "true_access"))
        assert count_status(SweepStore(place).read_status()).complete
