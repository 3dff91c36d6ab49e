"""The claims of the debate as experiments: the table that says who claims what, and how it is put to the test.

The facts stand in ``claims.toml`` (claims), ``designs.toml`` (families of arms) and ``bands.toml`` (what is
too small to matter). A claim is judged by :mod:`verdicts` from the stores of its family; nothing here runs the model.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

from ...model.outcomes import OUTCOMES
from ...model.text.names import closest

FORMS = {"difference": 2, "interaction": 4, "magnitude": 4, "level": 1, "hump": 3, "contest": 4}
"""How arms are compared, and how many arms that takes (see ``claims.toml``)."""
STATISTICS: Mapping[str, str] = MappingProxyType(
    {
        "mean": "{}",
        "by_party": "{} under the centralist party less under the other",
        "alternation": "{}: turns less repeats",
    }
)
"""How a run is read into one number, and what that number is called."""


class Less(NamedTuple):
    """Another window that is subtracted, times ``weight``."""

    months: tuple[int, int]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that is measured: what, when, between which arms, and what size of it matters.

    ``terms``: outcome -> weight; ``months``: first and last month; ``sign``: the direction that is predicted (0: no
    change); ``band``: half-width of the band that counts as no effect, in the unit of the outcome; ``leeway``: bands
    added to the score, so that 2 asks for no more than that the effect is not against the claim.
    """

    terms: Mapping[str, float]
    months: tuple[int, int]
    sign: int
    band: float
    reason: str
    form: str
    arms: tuple[str, ...]
    statistic: str = "mean"
    less: Less | None = None
    leeway: float = 0.0
    says: str = ""

    @property
    def label(self) -> str:
        """What is measured, in words."""
        if len(self.terms) == 1:
            return STATISTICS[self.statistic].format(next(iter(self.terms)).replace("_", " "))
        return " ".join(
            f"{'+' if weight > 0 else '-'} {'' if abs(weight) == 1 else f'{abs(weight):g} '}{name.replace('_', ' ')}"
            for name, weight in self.terms.items()
        ).removeprefix("+ ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """A part of the space where a claim should hold or fail: ``settings`` on top of the sampled points."""

    kind: str
    settings: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim. It holds where all its ``parts`` do; ``also`` are further readings, each judged by itself."""

    name: str
    position: str
    says: str
    family: str
    reading: str
    missing: str
    line: str
    parts: tuple[Part, ...]
    also: tuple[Part, ...] = ()
    corners: tuple[Corner, ...] = field(default=())

    @property
    def arms(self) -> tuple[str, ...]:
        """Every arm that the claim reads, once each."""
        return tuple(dict.fromkeys(arm for part in (*self.parts, *self.also) for arm in part.arms))

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome that the claim reads."""
        named = {name for part in (*self.parts, *self.also) for name in part.terms}
        if any(part.statistic == "by_party" for part in self.parts):
            named.add("party")
        return tuple(name for name in OUTCOMES if name in named)


class Band(NamedTuple):
    """Half-width of the band of no practical effect, and what it means in practice."""

    band: float
    reason: str


def read_table(name: str) -> dict[str, Any]:
    """Return the parsed TOML file ``name`` of this folder."""
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


def _bands() -> Mapping[str, Band]:
    return MappingProxyType({name: Band(**row) for name, row in read_table("bands.toml").items()})


BANDS: Mapping[str, Band] = _bands()
"""Outcome -> the effect that is too small to matter."""


def part_of(entry: Mapping[str, Any], where: str, form: str, arms: tuple[str, ...]) -> Part:
    """Return the part that ``entry`` describes; raise ValueError, naming ``where``, if it cannot be used."""
    terms = dict(entry["terms"]) if "terms" in entry else {entry["outcome"]: 1.0}
    for name in terms:
        if name not in OUTCOMES:
            raise ValueError(f"{where}: unknown outcome '{name}'{closest(name, OUTCOMES)}")
    form, arms = entry.get("form", form), tuple(entry.get("arms", arms))
    if FORMS.get(form) != len(arms):
        raise ValueError(f"{where}: form '{form}' takes {FORMS.get(form)} arms, got {len(arms)}")
    statistic = entry.get("statistic", "mean")
    if statistic not in STATISTICS:
        raise ValueError(f"{where}: unknown statistic '{statistic}'{closest(statistic, STATISTICS)}")
    first = next(iter(terms))
    if "band" not in entry and (len(terms) > 1 or first not in BANDS):
        raise ValueError(f"{where}: '{first}' has no band of practical size in bands.toml; give band = ...")
    less = entry.get("less")
    return Part(
        terms=MappingProxyType(terms),
        months=(int(entry["months"][0]), int(entry["months"][1])),
        sign=int(entry["sign"]),
        band=float(entry.get("band", BANDS[first].band if first in BANDS else 0.0)),
        reason="set for this claim" if "band" in entry else BANDS[first].reason,
        form=form,
        arms=arms,
        statistic=statistic,
        less=None if less is None else Less((int(less["months"][0]), int(less["months"][1])), float(less["weight"])),
        leeway=float(entry.get("leeway", 0.0)),
        says=entry.get("says", ""),
    )


def _claim(name: str, row: Mapping[str, Any]) -> Claim:
    form, arms = row.get("form", "difference"), tuple(row["arms"])
    return Claim(
        name=name,
        position=row["position"],
        says=row["says"],
        family=row["family"],
        reading=row["reading"],
        missing=row.get("missing", ""),
        line=row["line"],
        parts=tuple(part_of(entry, name, form, arms) for entry in row["parts"]),
        also=tuple(part_of(entry, f"{name}, also", form, arms) for entry in row.get("also", ())),
        corners=tuple(
            Corner(kind=entry["kind"], settings=MappingProxyType(dict(entry["set"])))
            for entry in row.get("corners", ())
        ),
    )


def _read_claims() -> Mapping[str, Claim]:
    return MappingProxyType({name: _claim(name, row) for name, row in read_table("claims.toml").items()})


CLAIMS: Mapping[str, Claim] = _read_claims()
"""The table of claims: id -> :class:`Claim`, in the order of docs/evidence.md."""


def find_claim(name: str) -> Claim:
    """Return the claim ``name``; raise ValueError that proposes the closest id if there is none."""
    if name not in CLAIMS:
        raise ValueError(f"unknown claim '{name}'{closest(name, CLAIMS)} (claims: A01 .. A48)")
    return CLAIMS[name]
