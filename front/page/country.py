"""The countries that visitors of the page move levers of, and what its sliders and plots are called."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from typing import Any

from ..model.agents.health_service import HealthService
from ..model.outcomes import OUTCOMES
from ..model.parameters import PARAMETERS, Parameters
from ..model.text.names import whole_number

LEVERS = (
    "target_toughness",
    "sanction_strength",
    "inspection_intensity",
    "kaizen_support",
    "blame_salience",
    "solidarity",
    "method_heterogeneity",
    "local_trap",
    "real_control",
    "mandate_detail",
)
"""The parameters that get a slider: one or two for each position in the debate; last those that set the start."""

PLOTS = (
    ("What patients meet", ("quality", "true_access", "reported_access", "fit")),
    ("What the centre does", ("real_control_now", "mandate_detail_now", "anxiety", "challenge_share")),
    ("What staff live through", ("morale", "manager_fear", "psychological_safety", "compliance")),
)
"""Outcomes drawn together; all lie between 0 and 1."""

TRUSTS, CLINICIANS, SEED = 30, 10, 7
FIRST_MONTHS = 12
"""Months that have passed when a country is first shown."""
MOST_MONTHS = 480
"""After 40 years a country stands still."""
MOST_AT_ONCE = 120
"""Months that a page may ask for in one go."""
STEP = 0.01
"""Of all sliders: every default can be set, or the browser would take the next value that can."""
MOST_RUN = 20
MOST_VISITS = 50
"""Countries that are kept; the one that was looked at longest ago makes room for a new one."""


class Gone(Exception):
    """The country that a page asks for is not here any more."""


class LiveCountry:
    """The country of one visitor: a ``HealthService``, whose levers are moved while it runs."""

    def __init__(self, settings: Mapping[str, Any], run: Any = 0) -> None:
        self.settings = _checked(settings)
        run = whole_number("run", run)
        if run > MOST_RUN:
            raise ValueError(f"run must be 0 .. {MOST_RUN}, got {run}")
        self.service = HealthService(
            Parameters(**self.settings), trusts=TRUSTS, clinicians=CLINICIANS, seed=SEED, run=run
        )
        self._turn = threading.Lock()
        self.first = self.pass_months(FIRST_MONTHS, settings)

    def pass_months(self, months: Any, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Let ``months`` months pass, levers that were moved working from the first of them; return what is drawn.

        Raises ValueError for a setting that cannot be, or a lever that sets the start alone and was moved.
        """
        months = min(whole_number("months", months), MOST_AT_ONCE)
        values = _checked(settings)
        with self._turn:
            service = self.service
            moved = {name: value for name, value in values.items() if value != self.settings.get(name)}
            for name in moved:
                if PARAMETERS[name].initial_only:
                    raise ValueError(f"'{name}' sets the start of a run: start again")
            if moved:
                service.changes[service.steps + 1] = moved
                self.settings = {**self.settings, **moved}
            return [self._next_month() for _ in range(min(months, MOST_MONTHS - service.steps))]

    def _next_month(self) -> dict[str, Any]:
        self.service.step()
        return {
            "month": self.service.steps,
            "outcomes": [self.service.outcomes[name] for _, names in PLOTS for name in names],
            "trusts": [
                [trust.quality, trust.size, bool(manager.challenges)]
                for trust, manager in zip(self.service.trusts, self.service.managers, strict=True)
            ],
        }


def _checked(settings: Mapping[str, Any]) -> dict[str, float]:
    """Return values by name, each within the range of its slider, which is its declared one."""
    if not isinstance(settings, Mapping):
        raise ValueError("settings must be an object of numbers by name")
    for name, value in settings.items():
        if name not in LEVERS:
            raise ValueError(f"'{name}' has no slider; those that have: {', '.join(LEVERS)}")
        row = PARAMETERS[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not row.low <= value <= row.high:
            raise ValueError(f"{name} must be a number {row.low:g} .. {row.high:g}, got {value!r}")
    return {name: float(value) for name, value in settings.items()}


class Countries:
    """The countries of all visitors, each by the name that its page got."""

    def __init__(self) -> None:
        self._kept: dict[str, LiveCountry] = {}
        self._turn = threading.Lock()

    def start(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Make a country from ``settings`` and ``run``, in place of the one named ``visit``; return its name."""
        country, name = LiveCountry(asked.get("settings", {}), asked.get("run", 0)), secrets.token_hex(8)
        with self._turn:
            self._kept.pop(str(asked.get("visit")), None)
            while len(self._kept) >= MOST_VISITS:
                del self._kept[next(iter(self._kept))]
            self._kept[name] = country
        return {"visit": name, "months": country.first, "last": MOST_MONTHS}

    def go_on(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Let ``months`` months pass in the country named ``visit``; raise Gone where there is none."""
        name = str(asked.get("visit"))
        with self._turn:
            country = self._kept.pop(name, None)
            if country is None:
                raise Gone("this country is not kept any more: start again")
            self._kept[name] = country  # the last in the order: looked at last
        return {"months": country.pass_months(asked.get("months", 1), asked.get("settings", {}))}


def sliders() -> list[dict[str, Any]]:
    """Return what the page has to know of each slider."""
    rows = (PARAMETERS[name] for name in LEVERS)
    run = {"id": "run", "words": "run", "unit": "", "meaning": "the same settings with other random numbers", "low": 0,
           "high": MOST_RUN, "value": 0, "step": 1, "start": True}  # fmt: skip
    named = [
        {"name": row.name, "words": words(row.name), "unit": row.unit, "meaning": row.meaning, "low": row.low,
         "high": row.high, "value": row.default, "step": STEP, "start": row.initial_only}
        for row in rows
    ]  # fmt: skip
    return [*named, run]


def plots() -> list[dict[str, Any]]:
    """Return what the page has to know of each plot."""
    return [
        {"title": title, "lines": [{"words": words(name), "meaning": OUTCOMES[name].meaning} for name in names]}
        for title, names in PLOTS
    ]


def words(name: str) -> str:
    """Return the name of a parameter or outcome as people write it; "now" is the month on the axis."""
    return name.removesuffix("_now").replace("_", " ")
