"""The designs of claims: a sample of the parameter space, every arm at every point of it, as an ordinary spec.

Point number = sample * arms + arm. A design is text (a spec and its table of points), so that whoever runs sweeps can
run it; results only read the store that comes of it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import numpy as np

from ...model.outcomes import OUTCOMES
from ...model.parameters import PARAMETERS, sampled_ranges
from ...model.text.names import closest, whole_number
from .claims import CLAIMS, Claim, read_table
from .experiments.points import Settings, arm_columns, draw, to_csv

SEED = 20130401
_SHARE_OF_TRUSTS = re.compile(r"trusts(?:\s*\*\s*(?P<times>\d+))?(?:\s*/\s*(?P<over>\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignSize:
    """How large the designs are made (points of the space, country, replicates), and the seed of points and streams.

    ``rules``: the rivals by which they are run, (mechanism, rival) each; none: what is built in.
    """

    name: str
    samples: int
    trusts: int
    clinicians: int
    replicates: int
    phase_points: int
    phase_replicates: int
    corner_samples: int
    half_samples: int
    seed: int = SEED
    rules: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDesign:
    """What is run: the text of a spec, its table of points (CSV), and how arms lie in the store.

    ``arms``: name -> what the arm sets (checked against the store when it is read); ``samples``: points of the space.
    """

    name: str
    title: str
    spec: str
    points: str
    arms: Mapping[str, Settings]
    samples: int
    sampled: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Twelve digits that change with the spec, any arm, and which parameters are sampled how often."""
        arms = {name: dict(settings) for name, settings in self.arms.items()}
        return sha256(repr((self.spec, arms, self.samples, self.sampled)).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Arms that are run together at the same points of the space."""

    name: str
    title: str
    spec: str
    arms: Mapping[str, Mapping[str, Any]]
    left_out: tuple[str, ...]
    why_left_out: str


_TABLE = read_table("designs.toml")
SIZES: Mapping[str, DesignSize] = MappingProxyType(
    {name: DesignSize(name=name, **row) for name, row in _TABLE["sizes"].items()}
)
FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        name: Family(
            name=name,
            title=row["title"],
            spec=row["spec"],
            arms=row["arms"],
            left_out=tuple(row["left_out"]),
            why_left_out=row["why_left_out"],
        )
        for name, row in _TABLE["families"].items()
    }
)


def find_size(name: str, seed: int = SEED) -> DesignSize:
    """Return the size ``name`` with ``seed``, which draws the points and keys all random streams.

    Raises ValueError that proposes the closest name if there is none, and for what is no seed of a spec.
    """
    if name not in SIZES:
        raise ValueError(f"unknown size '{name}'{closest(name, SIZES)} (sizes: {', '.join(SIZES)})")
    return replace(SIZES[name], seed=whole_number("seed", seed))


def setting(value: object, size: DesignSize) -> float:
    """Return the number that ``value`` stands for: itself, or a share of the trusts ("trusts / 4")."""
    if isinstance(value, str):
        found = _SHARE_OF_TRUSTS.fullmatch(value)
        if found is None:
            raise ValueError(f"a setting must be a number or a share such as 'trusts / 4', got '{value}'")
        return float(size.trusts) * float(found["times"] or 1) / float(found["over"] or 1)
    return float(value)  # type: ignore[arg-type]


def sampled_space(family: Family, size: DesignSize) -> dict[str, tuple[float, float]]:
    """Return the space that a family samples: parameter -> declared (low, high); units end at one per trust."""
    return sampled_ranges(size.trusts, family.left_out)


def halved(space: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return half of each range of ``space`` about the default: parameter -> (low, high) in its unit.

    From the default half of the way to either end: a range that begins at its default keeps that end. Where the range
    ends below the default, as units do in a small country, its end stands for the default.

    >>> halved({"contractor_use": (0.0, 1.0), "number_of_units": (2.0, 40.0)})
    {'contractor_use': (0.0, 0.5), 'number_of_units': (21.0, 40.0)}
    """
    halves = {}
    for name, (low, high) in space.items():
        default = min(PARAMETERS[name].default, high)
        halves[name] = (default - (default - low) / 2.0, default + (high - default) / 2.0)
    return halves


def design_spec_text(name: str, given: Mapping[str, Any], size: DesignSize, outcomes: Sequence[str], arms: int) -> str:
    """Return the spec of a design: what is ``given``, with name, seed, replicates, country, table and outcomes.

    Unless ``given`` says otherwise the ``arms`` of a sample share their random streams, and samples share none: arms
    are compared run by run, and what chance does to one sample it does to no other.
    """
    fixed = "".join(f'"{key}" = {float(value)!r}\n' for key, value in given.get("fixed", {}).items())
    listed = ", ".join(f'"{outcome}"' for outcome in OUTCOMES if outcome in outcomes)
    streams = given.get("streams", "paired")
    together = f"arms = {arms}\n" if streams == "paired" else ""
    rivals = "".join(f'{mechanism} = "{rival}"\n' for mechanism, rival in size.rules)
    rivals = f"[rules]\n{rivals}\n" if rivals else ""
    return (
        f'name = "{name}, {size.name} design"\nseed = {size.seed}\nmonths = {given["months"]}\n'
        f'replicates = {size.replicates}\nstreams = "{streams}"\n\n'
        f"[country]\ntrusts = {size.trusts}\nclinicians = {size.clinicians}\n\n[fixed]\n{fixed}\n"
        f"{rivals}"
        f'[design]\nmethod = "table"\nfile = "{name}.csv"\n{together}\n'
        f"[record]\noutcomes = [{listed}]\nevery = {given.get('record', {}).get('every', 12)}\n"
    )


def make_design(
    name: str,
    title: str,
    head: str,
    space: Mapping[str, tuple[float, float]],
    arms: Mapping[str, Settings],
    outcomes: Sequence[str],
    samples: int,
    size: DesignSize,
) -> ClaimDesign:
    """Return the design that runs every arm at every one of ``samples`` points of ``space``."""
    return design_at(name, title, head, draw(space, samples, size.seed), tuple(space), arms, outcomes, size)


def design_at(
    name: str,
    title: str,
    head: str,
    sample: np.ndarray,
    names: Sequence[str],
    arms: Mapping[str, Settings],
    outcomes: Sequence[str],
    size: DesignSize,
) -> ClaimDesign:
    """Return the design that runs every arm at every row of ``sample`` (sample, parameter) with columns ``names``.

    Each column is in the unit of its parameter. ``head`` is the text of a spec that gives months, what is fixed and
    recorded, and maybe the streams, else paired; raises ValueError (tomllib's) where it is no TOML.

    >>> arms = {"low": {"mandate_detail": 0.0}, "high": {"mandate_detail": 1.0}}
    >>> settings = ("E1", "An example", "months = 120", np.array([[0.8], [0.9]]), ["target_level"])
    >>> design = design_at(*settings, arms, ["quality"], find_size("small"))
    >>> design.samples, design.points.split()[:3]
    (2, ['target_level,mandate_detail', '0.8,0.0', '0.8,1.0'])
    """
    given = tomllib.loads(head)
    columns = arm_columns(sample, names, arms.values(), given.get("fixed", {}))
    given["fixed"] = {key: value for key, value in given.get("fixed", {}).items() if key not in columns}
    return ClaimDesign(
        name=name,
        title=title,
        spec=design_spec_text(name, given, size, outcomes, len(arms)),
        points=to_csv(columns),
        arms=arms,
        samples=len(sample),
        sampled=tuple(names),
    )


def design_of_claim(claim: Claim, sample: np.ndarray, names: Sequence[str], size: DesignSize) -> ClaimDesign:
    """Return the design that runs the arms of one claim at given settings: rows of ``sample``, columns ``names``.

    ``sample`` is (sample, parameter), each column in the unit of its parameter. Raises KeyError for a claim of a family
    that there is not.

    >>> design = design_of_claim(CLAIMS["A01"], np.array([[0.8], [0.9]]), ["target_level"], find_size("small"))
    >>> design.name, design.sampled, design.samples
    ('A01', ('target_level',), 2)
    """
    return design_of_claims(claim.name, claim.says, [claim], sample, names, size)


def design_of_claims(
    name: str, title: str, claims: Sequence[Claim], sample: np.ndarray, names: Sequence[str], size: DesignSize
) -> ClaimDesign:
    """Return the design that runs the arms of ``claims`` of one family at given settings, as for a single claim.

    ``sample`` is (sample, parameter), each column in the unit of its parameter. Raises KeyError for claims of a family
    that there is not, IndexError without claims.

    >>> settings = (np.array([[0.8], [0.9]]), ["target_level"], find_size("small"))
    >>> design = design_of_claims("E2", "Two claims", [CLAIMS["A01"], CLAIMS["A05"]], *settings)
    >>> design.name, len(design.arms) >= 3, design.samples
    ('E2', True, 2)
    """
    family = FAMILIES[claims[0].family]
    wanted = {arm for claim in claims for part in claim.parts for arm in part.arms}
    arms = {arm: _settings(family.arms[arm], size) for arm in family.arms if arm in wanted}
    outcomes = tuple(dict.fromkeys(outcome for claim in claims for outcome in claim.outcomes))
    return design_at(name, title, family.spec, sample, names, arms, outcomes, size)


def claim_designs(size: DesignSize, claims: Iterable[Claim] = tuple(CLAIMS.values())) -> dict[str, ClaimDesign]:
    """Return the designs that test ``claims``, three for each family: over its ranges, half of them, and its corners.

    They are called NAME, NAME-half and NAME-corners; the last is there only if a claim names a corner.
    """
    claims = tuple(claims)
    designs: dict[str, ClaimDesign] = {}
    for family in FAMILIES.values():
        chosen = [claim for claim in claims if claim.family == family.name]
        if chosen:
            designs |= {design.name: design for design in _designs_of_family(family, chosen, size)}
    return designs


def _designs_of_family(family: Family, claims: Sequence[Claim], size: DesignSize) -> Iterator[ClaimDesign]:
    wanted = {arm for claim in claims for arm in claim.arms}
    outcomes = tuple(dict.fromkeys(name for claim in claims for name in claim.outcomes))
    space = sampled_space(family, size)
    arms = {name: _settings(family.arms[name], size) for name in family.arms if name in wanted}
    corners = corner_arms(family, claims, size)
    for ending, told, ranges, run, samples in (
        ("", "", space, arms, size.samples),
        ("-half", ", over half of each range about the default", halved(space), arms, size.half_samples),
        ("-corners", ": corners of the space, searched on purpose", space, corners, size.corner_samples),
    ):
        if run:
            name, title = f"{family.name}{ending}", f"{family.title}{told}"
            yield make_design(name, title, family.spec, ranges, run, outcomes, samples, size)


def corner_arms(family: Family, claims: Iterable[Claim], size: DesignSize) -> dict[str, Settings]:
    """Return the arms of all corners: the settings of the corner, and on top of them those of the claim's arm."""
    return {
        corner_arm(claim.name, number, arm): _settings({**corner.settings, **family.arms[arm]}, size)
        for claim in claims
        for number, corner in enumerate(claim.corners)
        for arm in dict.fromkeys(arm for part in claim.parts for arm in part.arms)
    }


def corner_arm(claim: str, number: int, arm: str) -> str:
    """Return the name of ``arm`` in corner ``number`` of ``claim``."""
    return f"{claim} corner {number}: {arm}"


def _settings(arm: Mapping[str, Any], size: DesignSize) -> Settings:
    return MappingProxyType({name: setting(value, size) for name, value in arm.items()})
