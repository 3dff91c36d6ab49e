"""Facts on which sweeps must agree to be arms of one comparison: how each is read, and how a difference is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr

from ...model.providers import parse_providers
from ...model.text.plain_text import brief
from ...store.random_streams import COMMON, PAIRED
from ..dataset import shown_values, spec_of, varied_parameters
from ..random_numbers import RUN, run_numbers_of


@dataclass(frozen=True, slots=True)
class Fact:
    """Something on which arms must agree.

    ``read`` returns it of a sweep, ``say`` tells in words how two that differ do; ``free`` says whether a user may let
    it differ.
    """

    read: Callable[[xr.Dataset], Any]
    say: Callable[[Any, Any], str]
    free: bool = False


def _points(sweep: xr.Dataset) -> dict[str, list[Any]]:
    return {name: shown_values(sweep, name).tolist() for name in sorted(varied_parameters(sweep))} or {
        "": [sweep.sizes["point"]]
    }


def _say_points(first: dict[str, list[Any]], second: dict[str, list[Any]]) -> str:
    if set(first) != set(second):
        return f"one varies {', '.join(first) or 'nothing'}, the other {', '.join(second) or 'nothing'}"
    numbers = [len(next(iter(points.values()))) for points in (first, second)]
    if numbers[0] != numbers[1]:
        return f"{numbers[0]} and {numbers[1]} of them"
    name, place = next(
        (name, i)
        for name in first
        for i, pair in enumerate(zip(first[name], second[name], strict=True))
        if pair[0] != pair[1]
    )
    one, other = (each if isinstance(each, str) else f"{each:g}" for each in (first[name][place], second[name][place]))
    return f"point {place} has {name} = {one} and {other}"


def _of_axis(name: str) -> Callable[[xr.Dataset], list[int]]:
    return lambda sweep: sweep[name].values.tolist()


def _say_axis(first: list[int], second: list[int]) -> str:
    said = [f"{len(axis)}, {axis[0]} to {axis[-1]}" if axis else "none" for axis in (first, second)]
    return f"{said[0]}; and {said[1]}"


def _country(sweep: xr.Dataset) -> tuple[Any, Any, Any]:
    country = spec_of(sweep).get("country", {})
    text = sweep.attrs.get("providers")
    return (
        country.get("trusts"),
        country.get("clinicians"),
        None if text is None else parse_providers(text, "providers"),
    )


def _say_country(first: tuple[Any, Any, Any], second: tuple[Any, Any, Any]) -> str:
    if first[:2] == second[:2]:
        return "their tables of providers are not the same"
    return " and ".join(f"{one[0]} trusts of {one[1]} clinicians" for one in (first, second))


def _run_numbers(sweep: xr.Dataset) -> tuple[str, Any]:
    """Return of which kind the streams are, and which: run numbers that were chosen, or those of the points."""
    streams = str(spec_of(sweep).get("streams", COMMON))
    if RUN in sweep.coords or streams == PAIRED:
        return streams, run_numbers_of(sweep).tolist()
    return streams, None if streams == COMMON else sweep["point"].values.tolist()


def _say_streams(first: tuple[str, Any], second: tuple[str, Any]) -> str:
    return f"{first[0]} and {second[0]}" if first[0] != second[0] else "other runs have the same place"


def _say_values(first: Any, second: Any) -> str:
    return f"{brief(first)} and {brief(second)}"


FACTS: Mapping[str, Fact] = {
    "points": Fact(_points, _say_points),
    "months": Fact(_of_axis("month"), _say_axis),
    "replicates": Fact(_of_axis("replicate"), _say_axis),
    "seeds": Fact(lambda sweep: spec_of(sweep).get("seed"), _say_values, free=True),
    "streams": Fact(_run_numbers, _say_streams, free=True),
    "country": Fact(_country, _say_country, free=True),
    "rules": Fact(lambda sweep: sweep.attrs.get("rules_hash"), _say_values, free=True),
}
"""What arms must agree on, in the order in which it is looked at."""
OF_STREAMS = ("seeds", "streams", "country")
"""The facts on which it hangs whether the same run of two arms has the same random numbers."""
