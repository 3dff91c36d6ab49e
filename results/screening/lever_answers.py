"""Answers on levers: what each of nine does to quality, access and morale, in the bands of the claims."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from ..claims.claims import BANDS
from .answers import AnswerSource, ArmRuns, MeasuredAnswer, ScreenedAnswer, mean_of_months, of_means

DIRECTIONS = ("down", "none", "up")


def lever_table() -> dict[str, Any]:
    """Return the parsed table of the levers that are screened."""
    return tomllib.loads((files(__package__) / "levers.toml").read_text(encoding="utf-8"))


def lever_source(trusts: int, clinicians: int) -> AnswerSource:
    """Return the answers on levers in a country of so many ``trusts`` and ``clinicians`` per trust.

    >>> found = lever_source(40, 8)
    >>> len(found.answers), found.answers[0].name
    (36, 'targets: quality')
    """
    table = lever_table()
    months = (int(table["months"][0]), int(table["months"][1]))
    answers: list[ScreenedAnswer] = []
    arms: dict[str, dict[str, float]] = {}
    for name, row in table["levers"].items():
        arms |= {f"{name}-high": row["high"], f"{name}-low": row["low"]}
        answers += [_answer(name, row["says"], outcome, months) for outcome in table["outcomes"]]
    return AnswerSource(
        name="levers",
        title="What levers do",
        arms=arms,
        answers=answers,
        months=months[1],
        trusts=trusts,
        clinicians=clinicians,
        outcomes=tuple(table["outcomes"]),
        all_at_once=True,
    )


def _answer(lever: str, says: str, outcome: str, months: tuple[int, int]) -> ScreenedAnswer:
    band, arms = BANDS[outcome], (f"{lever}-high", f"{lever}-low")
    return ScreenedAnswer(
        name=f"{lever}: {outcome}",
        kind="lever",
        says=f"{says}: effect on {outcome.replace('_', ' ')} in months {months[0]} to {months[1]}",
        unit="share",
        band=band.band,
        reason=band.reason,
        between=(-band.band, band.band),
        words=DIRECTIONS,
        arms=arms,
        read=_effect(arms, outcome, months),
    )


def _effect(arms: tuple[str, str], outcome: str, months: tuple[int, int]) -> Callable[[ArmRuns], MeasuredAnswer]:
    def read(runs: ArmRuns) -> MeasuredAnswer:
        high, low = (mean_of_months(runs[arm], outcome, months) for arm in arms)
        return of_means(high - low)

    return read


__all__ = ["DIRECTIONS", "lever_source", "lever_table"]
