"""The documentation is true: its listings are the model, its tables are current, and what it names exists."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tredegar.kernels import simulate
from tredegar.model import CONSTANTS, OUTCOMES, PARAMETERS
from tredegar.model.outcomes import PERCENTILES
from tredegar.model.providers import Providers

from ..support.model_from_docs import Country
from ..support.page_listings import listings
from ..support.places import ROOT

DOCS = ROOT / "docs"
PAGE = (DOCS / "model.md").read_text(encoding="utf-8")
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"]
RECORDED = [name for name in OUTCOMES if name not in PERCENTILES]
DEFAULTS = {name: row.default for name, row in PARAMETERS.items()}
VALUES = {name: row.value for name, row in CONSTANTS.items()}


def golden_rows() -> list[list[str]]:
    """Return the cells of the table of golden values."""
    lines = [line for line in PAGE.splitlines() if re.match(r"\|( \d+ \|){5}", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def run_of_the_page(
    trusts: int,
    clinicians: int,
    months: int,
    seed: int,
    run: int,
    changed: dict[str, float],
    constants: dict[str, float] = VALUES,
    **options: Any,
) -> np.ndarray:
    """Return the outcomes (month, outcome) of a run by the listings of the page."""
    country = Country(DEFAULTS | changed, constants, trusts, clinicians, seed, run, **options)
    return np.array([[row[name] for name in RECORDED] for row in country.months(months)]) + 0.0


ODD = (
    *("Purpose and patterns", "Entities, state variables and scales", "Process overview and scheduling"),
    *("Design concepts", "Initialisation", "Input data", "Submodels"),
)
"""The seven elements of the protocol (Grimm et al. 2020)."""
CONCEPTS = (
    *("Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction"),
    *("Stochasticity", "Collectives", "Observation"),
)
"""The design concepts of the protocol."""


def test_the_page_has_the_seven_elements_of_the_protocol_in_their_order() -> None:
    headings = re.findall(r"^## (\d+) (.+)$", PAGE, flags=re.MULTILINE)
    assert headings[:7] == [(str(number), name) for number, name in enumerate(ODD, start=1)]


def test_the_page_has_the_design_concepts_of_the_protocol_in_their_order() -> None:
    section = PAGE.split("## 4 Design concepts")[1].split("\n## ")[0]
    assert tuple(name.rstrip(".") for name in re.findall(r"\*\*([A-Z][a-z ]+\.?)\*\*", section)) == CONCEPTS


def test_the_page_counts_outcomes_and_parameters_as_they_are() -> None:
    assert f"**Observation.** {len(OUTCOMES)} outcomes" in PAGE
    assert f"{len(PARAMETERS)} parameters are many" in PAGE
    assert PAGE.count(f"{len(RECORDED)} outcomes of") == 1 and f"of the {len(RECORDED)} that are not" in PAGE


def test_the_page_has_five_golden_runs() -> None:
    assert len(golden_rows()) == 5


@pytest.mark.parametrize("cells", golden_rows(), ids=lambda cells: "x".join(cells[:3]))
def test_the_listings_of_the_page_meet_the_golden_values_in_every_bit(cells: list[str]) -> None:
    trusts, clinicians, months, seed, run = map(int, cells[:5])
    changed = {name: float(value) for name, value in re.findall(r"`(\w+)` (-?[\d.]+)", cells[5])}
    outcomes = run_of_the_page(trusts, clinicians, months, seed, run, changed)
    single = {"quality": (0, -1), "queue": (-1,), "real_control_now": (-1,)}
    found = [outcomes[month, RECORDED.index(name)] for name, places in single.items() for month in places]
    assert [float(value).hex() for value in found] == cells[7:11]
    assert hashlib.sha256(np.ascontiguousarray(outcomes).tobytes()).hexdigest() == cells[6].strip("`")


def drawn(case: int) -> dict[str, float]:
    """Return a random setting within the ranges of the table; in every third case with a forced reorganisation."""
    luck = np.random.default_rng(case)
    values = {name: float(luck.uniform(row.low, row.high)) for name, row in PARAMETERS.items()}
    forced = {"forced_reorganisation_month": 7.0, "forced_reorganisation_direction": float(luck.integers(-1, 2))}
    return values | (forced if case % 3 == 0 else dict.fromkeys(forced, 0.0))


def run_of_the_engine(months: int, changed: dict[str, float], **options: Any) -> np.ndarray:
    points = {name: [value] for name, value in changed.items()}
    found = simulate(points, replicates=1, months=months, engine="numpy", dtype="float64", outcomes=RECORDED, **options)
    assert not found.failures
    return np.array([found[name][0, 0] for name in RECORDED]).T + 0.0


def assert_same_bits(page: np.ndarray, engine: np.ndarray) -> None:
    for month, outcome in np.argwhere(page != engine):
        raise AssertionError(f"{RECORDED[outcome]} of month {month + 1}: {page[month, outcome]!r} on the page")


@pytest.mark.parametrize("case", range(8))
def test_page_and_engine_agree_in_every_bit_at_random_settings(case: int) -> None:
    changed, size = drawn(case), {"trusts": 3 + case, "clinicians": 1 + case % 4, "seed": case}
    engine = run_of_the_engine(36, changed, runs=np.array([[case]], dtype=np.uint32), **size)
    assert_same_bits(run_of_the_page(size["trusts"], size["clinicians"], 36, case, case, changed), engine)


def test_page_and_engine_agree_where_levers_and_constants_change() -> None:
    changed, changes = (
        drawn(1),
        {13: {"sanction_strength": 0.9, "rhetoric_of_localism": 0.1}, 20: {"kaizen_support": 1.0}},
    )
    constants = {"FEAR_RATE": 0.2, "COACH_HALF": 0.7, "LEAD_PEERS": 0.0}
    scheduled = {f"{name}@{month}": value for month, values in changes.items() for name, value in values.items()}
    engine = run_of_the_engine(30, changed | scheduled, trusts=6, clinicians=3, seed=5, constants=constants)
    assert_same_bits(run_of_the_page(6, 3, 30, 5, 0, changed, VALUES | constants, changes=changes), engine)


EVENTFUL = {
    "head_hazard": 0.1, "head_loses": 0.5, "minister_follows": 0.6, "minister_tenure": 12.0, "reform_propensity": 0.8,
    "provider_chance": 0.8, "middle_rate": 1.0, "merger_rate": 0.01, "inspection_rate": 0.3, "target_level": 0.8,
    "target_toughness": 1.0, "notch_effort": 0.9, "notch_truth": 0.7, "doctor_coupling": 8.0, "season_start": 4.0,
    "clinician_turnover": 0.02, "season_strength": 1.5,
}  # fmt: skip
"""Parameters under which what is rare happens often: heads fall, tiers start, trusts push, enter and leave regimes."""


@pytest.mark.parametrize("seed", [1, 2, 4, 6])
def test_page_and_engine_agree_where_what_is_rare_happens(seed: int) -> None:
    engine = run_of_the_engine(
        240, EVENTFUL, trusts=6, clinicians=3, seed=seed, runs=np.array([[seed]], dtype=np.uint32)
    )
    happened = engine.max(axis=0)
    rare = ("head_changed", "any_tier_started", "trusts_reorganised", "objecting_share", "failure_exits")
    assert all(happened[RECORDED.index(name)] > 0.0 for name in rare)
    assert_same_bits(run_of_the_page(6, 3, 240, seed, seed, EVENTFUL), engine)


@pytest.mark.parametrize("overlap", [None, (0.9, 0.2, 1.0, 0.0, 0.5)])
def test_page_and_engine_agree_on_real_trusts(overlap: tuple[float, ...] | None) -> None:
    providers = Providers(
        code=("A", "B", "C", "D", "E"),
        name=("Aber", "Bryn", "Cwm", "Dale", "Esk"),
        size=(3.0, 1.0, 0.5, 2.0, 1.5),
        council=("west", "west", "east", "east", "south"),
        catchment=("west", "coast", "coast", "east", "east"),
        overlap=overlap,
    )
    changed = {"council_shield": 0.8, "solidarity": 1.2}
    engine = run_of_the_engine(24, changed, trusts=5, clinicians=2, seed=3, providers=providers)
    assert_same_bits(run_of_the_page(5, 2, 24, 3, 0, changed, providers=providers), engine)


def test_generated_parts_of_the_pages_are_current() -> None:
    check = [sys.executable, str(DOCS / "generate.py"), "--check"]
    assert subprocess.run(check, capture_output=True, text=True, check=False).stderr == ""


def test_every_rule_is_named_on_the_page() -> None:
    paths = sorted((ROOT / "model" / "rules").glob("*.py"))
    found = {
        (node.name, path.stem)
        for path in paths
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    assert len(found) > 50
    assert {(rule, module) for rule, module in found if f"`{rule}` | `{module}`" not in PAGE} == set()


def test_every_parameter_and_constant_works_in_a_listing() -> None:
    text = "\n".join(listings().values())
    used = set(re.findall(r"\bp\.(\w+)", text))
    assert used <= set(PARAMETERS)
    in_words = set(re.findall(r"`?p\.(\w+)", PAGE)) | {"initial_challenge"}
    assert set(PARAMETERS) <= used | in_words
    capitals = set(re.findall(r"\b[A-Z][A-Z_]+[A-Z]\b", text))
    assert capitals == set(CONSTANTS), "a constant that no listing uses, or a name that is no constant"


def test_every_outcome_names_a_submodel_of_the_page() -> None:
    submodels = set(re.findall(r"\*\*([CMLSN]\d+) ", PAGE))
    assert submodels == {
        *(f"C{n}" for n in range(1, 17)),
        *(f"M{n}" for n in range(1, 5)),
        *("L0", "L1", "L2", "S1", "S2", "S3", "N1", "N2", "N3"),
    }
    for row in OUTCOMES.values():
        assert row.rule and set(row.rule.split(", ")) <= submodels, row.name


def test_evidence_that_the_page_cites_resolves() -> None:
    evidence = (DOCS / "evidence.md").read_text(encoding="utf-8")
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', evidence))
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    assert {"".join(found) for found in re.findall(r"\b([ABEPV])(\d{1,2})([a-z]?)\b", prose)} <= anchors


def anchors_of(path: Path) -> set[str]:
    """Return what a link to the page can lead to: its headings, as a forge names them, and its own anchors."""
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"></a>', text))


def links_of(page: Path) -> list[str]:
    return re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))


def test_links_are_found() -> None:
    assert {"docs/README.md", "CHANGELOG.md"} <= set(links_of(ROOT / "README.md"))
    assert "sweeps" in " ".join(links_of(ROOT / "docs" / "README.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in links_of(page):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f"{page.name} links to {target}"
        if anchor and path.suffix == ".md":
            assert anchor in anchors_of(path), f"{page.name} links to {target}"
