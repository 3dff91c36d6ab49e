"""Proofs that a claim could not come out otherwise: no path leads from what is varied to what is measured."""

from __future__ import annotations

from collections.abc import Mapping

from ...model.graph.paths import leads
from .claims import Claim, Part


def varied_between(arms: Mapping[str, Mapping[str, float]], compared: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the arms that are ``compared`` set otherwise than each other: names, or ``name@month``.

    >>> arms = {"a": {"target_level": 0.9, "grip_rate": 0.1}, "b": {"target_level": 0.9, "grip_rate@13": 0.2}}
    >>> varied_between(arms, ("a", "b"))
    ('grip_rate', 'grip_rate@13')
    """
    names = dict.fromkeys(name for arm in compared for name in arms[arm])
    return tuple(name for name in names if len({arms[arm].get(name) for arm in compared}) > 1)


def measured_alike(part: Part, arms: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether the rules prove that ``part`` measures the same in all of its ``arms`` (name -> settings).

    A level, which compares no arms, is never proven. Raises what :func:`leads` raises.

    >>> from tredegar.results.claims.claims import part_of
    >>> entry = {"outcome": "true_access", "months": [1, 36], "sign": 1, "band": 0.1}
    >>> part = part_of(entry, "an example", "difference", ("late", "never"))
    >>> measured_alike(part, {"late": {"target_toughness@37": 1.0}, "never": {}})
    True
    """
    if len(part.arms) == 1:
        return False
    windows = [part.months, *([part.less.months] if part.less else [])]
    outcomes = [*part.terms, *(["party"] if part.statistic == "by_party" else [])]
    varied = varied_between(arms, part.arms)
    return not any(leads(name, outcomes, months) for name in varied for months in windows)


def proof_of(claim: Claim, arms: Mapping[str, Mapping[str, float]]) -> str:
    """Return what is proven of ``claim`` in words, or "": that none of its parts can differ between its ``arms``.

    A sample in which a claim never fails proves nothing, and is no reason here.

    >>> from tredegar.results.claims.claims import CLAIMS
    >>> proof_of(CLAIMS["A40"], {"control_high": {"real_control": 0.9}, "control_low": {"real_control": 0.1}})
    ''
    """
    if not all(measured_alike(part, arms) for part in claim.parts):
        return ""
    varied = dict.fromkeys(name for part in claim.parts for name in varied_between(arms, part.arms))
    told = " and ".join(name.replace("_", " ") for name in varied) or "nothing, which is all that differs,"
    return f"no path of the rules leads from {told} to {' and '.join(part.label for part in claim.parts)}"
