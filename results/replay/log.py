"""The log of one run: who decided what, in which month, on which quantities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .own_rules import LEVEL, OwnStory
from .politics import politics_before, politics_events

if TYPE_CHECKING:
    import pandas as pd

    from ...model.agents.health_service import HealthService

COURSE = ("access", "reported", "quality", "fit", "morale", "wait")
MANAGER_COURSE = ("fear", "grievance", "compliance", "challenges")
COUNTRY_COURSE = (
    "real_control_now",
    "mandate_detail_now",
    "anxiety",
    "blame",
    "challenge_share",
    "true_access",
    "reported_access",
    "quality",
)
GAMES, HONEST = 0.05, 0.02
"""Gaming begins to be told above the first and ends below the second: about a point of access (assumption)."""


class Event(NamedTuple):
    """One decision or turn. ``trust`` and ``seat`` are -1 where they do not apply."""

    month: int
    level: str
    who: str
    trust: int
    seat: int
    what: str
    grounds: str


class Chronicle:
    """Watches a model month by month and keeps what was decided and why, and the course of every trust."""

    def __init__(self, model: HealthService, changes: Mapping[int, Mapping[str, float]]) -> None:
        self.model = model
        self.changes = changes
        self.events: list[Event] = []
        self.country: dict[str, list[float]] = {name: [] for name in COUNTRY_COURSE}
        self.course: dict[str, list[list[float]]] = {name: [] for name in (*COURSE, *MANAGER_COURSE)}
        self._centre: dict[str, Any] = {}
        self._trusts: list[dict[str, Any]] = []
        self._seats: list[bool] = []
        self._gaming = [False] * len(model.trusts)
        self.own = OwnStory(model)
        self.own_outcomes: dict[str, list[float]] = {step.writes[0]: [] for step in model.rules.own_outcomes}

    def before(self) -> None:
        """Keep the state from which the next month starts."""
        self._centre = politics_before(self.model.minister)
        self._gaming = [
            trust.manager.gaming > (HONEST if gamed else GAMES)
            for gamed, trust in zip(self._gaming, self.model.trusts, strict=True)
        ]
        self._trusts = [
            _before(trust) | {"gaming": gamed} for gamed, trust in zip(self._gaming, self.model.trusts, strict=True)
        ]
        self._seats = [bool(seat.occupied) for seat in self.model.clinicians]
        self.own.before()

    def after(self, month: int) -> None:
        """Compare the month that has passed with the state before it, and log every turn."""
        for what, grounds, who in politics_events(self.model, self._centre, self.changes.get(month, {})):
            self.events.append(Event(month, "politics", who, -1, -1, what, grounds))
        for number, trust in enumerate(self.model.trusts):
            for what, grounds in _manager_events(self.model, trust, self._trusts[number]):
                self.events.append(Event(month, "managers", f"manager of trust {number}", number, -1, what, grounds))
            for what, grounds in _trust_events(self.model, trust, self._trusts[number]):
                self.events.append(Event(month, "trusts", f"trust {number}", number, -1, what, grounds))
        clinicians = int(self.model.setting.clinicians)
        for place, seat in enumerate(self.model.clinicians):
            number, own = divmod(place, clinicians)
            for what, grounds in _seat_events(seat, self._seats[place]):
                self.events.append(Event(month, "clinicians", f"seat {own}", number, own, what, grounds))
        self.own.after(month)
        for name, values in (*self.country.items(), *self.own_outcomes.items()):
            values.append(self.model.outcomes[name])
        for name in COURSE:
            self.course[name].append([float(getattr(trust, name)) for trust in self.model.trusts])
        for name in MANAGER_COURSE:
            self.course[name].append([float(getattr(trust.manager, name)) for trust in self.model.trusts])

    def busiest(self) -> int:
        """Return the trust with the most decisions of managers and turns of the trust; the first of several."""
        counts = np.zeros(len(self.model.trusts), dtype=int)
        for event in self.events:
            if event.level in ("managers", "trusts"):
                counts[event.trust] += 1
        return int(counts.argmax())

    def table(self, trust: int) -> pd.DataFrame:
        """Return the log: politics and all trusts, the clinicians of ``trust`` alone, and what own rules did."""
        import pandas as pd

        kept = [event for event in self.events if event.level != "clinicians" or event.trust == trust]
        return pd.DataFrame([*kept, *self.of_own_rules()], columns=list(Event._fields))

    def of_own_rules(self, trust: int | None = None) -> list[Event]:
        """Return the events of own rules, of one trust and the centre, or of all."""
        events = (Event(month, LEVEL, who, at, -1, what, why) for month, who, at, what, why in self.own.events())
        return [event for event in events if trust is None or event.trust in (-1, trust)]

    def of(self, level: str, trust: int | None = None) -> list[Event]:
        """Return the events of a level, of one trust or of all."""
        return [event for event in self.events if event.level == level and trust in (None, event.trust)]


def _before(trust: Any) -> dict[str, Any]:
    manager = trust.manager
    return {
        "challenges": manager.challenges > 0.5,
        "threshold": manager.threshold,
        "trapped": getattr(trust, "trapped", None),
        "adopted": trust.adopted > 0.5,
        "failing": bool(getattr(trust, "failing", False)),
        "months_failing": trust.months_failing,
    }


def _manager_events(model: HealthService, trust: Any, was: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    manager, centre, p, k = trust.manager, model.minister, model.p, model.k
    if manager.departed:
        why = "put out for a miss that the system caused" if manager.sacked else "left"
        blame = f", wrongful blame {manager.wrongful_blame:.2f}" if manager.wrongful_blame > 0.0 else ""
        yield (
            f"{why}; a successor came",
            (
                f"hazard {manager.departure:.3f} a month against a draw of {trust.luck.departs:.3f}; 1/tenure "
                f"{1.0 / p.manager_tenure:.3f}, target missed by {manager.gap:.2f}, months failing "
                f"{was['months_failing']:.0f}{', challenged in public' if was['challenges'] else ''}"
                f"{', a reorganisation started' if centre.started > 0.5 else ''}{blame}"
            ),
        )
        return
    now = manager.challenges > 0.5
    if now == was["challenges"]:
        return
    courage = manager.grievance + p.solidarity * manager.seen
    silence = (
        k.CHALLENGE_FEAR * manager.fear * manager.guard
        + k.CHALLENGE_CYNICISM * centre.cynicism
        + manager.threshold
        + centre.challenge_bar
    )
    yield (
        "challenges the centre in public" if now else "falls silent",
        (
            f"grievance {manager.grievance:.2f} and company {p.solidarity * manager.seen:.2f} ({courage:.2f}) against "
            f"fear {manager.fear:.2f}, cynicism, threshold {manager.threshold:.2f} and bar {centre.challenge_bar:.2f} "
            f"({silence:.2f}), luck {k.CHALLENGE_NOISE * (trust.luck.challenge - 0.5):+.2f}"
        ),
    )


def _trust_events(model: HealthService, trust: Any, was: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    manager, p, k = trust.manager, model.p, model.k
    figures = f"reported {trust.reported:.3f}, true {trust.access:.3f}, target {p.target_level:.2f}"
    gaming = manager.gaming > (HONEST if was["gaming"] else GAMES)
    if gaming != was["gaming"]:
        yield (
            "begins to dress up its figures" if gaming else "stops dressing up its figures",
            f"{figures}, gaming {manager.gaming:.2f}, fear {manager.fear:.2f}",
        )
    relapsed = manager.departed and trust.luck.relapses < k.TRAP_RELAPSE * p.local_trap
    if bool(trust.trapped) != bool(was["trapped"]) or relapsed:
        yield (
            _trap_words(trust, was["trapped"], relapsed),
            (
                f"method {trust.method:.2f}, optimum {trust.optimum:.2f}, trap at {trust.optimum + trust.trap:.2f}, "
                f"best practice {model.minister.best_practice:.2f}, fit {trust.fit:.2f}"
            ),
        )
    adopted = trust.adopted > 0.5
    if adopted != was["adopted"]:
        yield (
            "takes up the promoted practice" if adopted else "drops the promoted practice",
            (
                f"suitability {trust.suitability:.2f}, capability {manager.capability:.2f}, "
                f"payment {p.adoption_incentive:.2f}"
            ),
        )
    if bool(trust.failing) != was["failing"]:
        yield (
            "begins to fail" if trust.failing else "stops failing",
            (
                f"quality {trust.quality:.3f}, access {trust.access:.3f}, level {k.FAILING_LEVEL:.2f}, "
                f"wait {trust.wait:.1f} months"
            ),
        )
    if trust.found_told > 0.5:
        yield "a failure is made public", f"quality {trust.quality:.3f}, {figures}"
    if trust.found_hidden > 0.5:
        yield "a failure is kept quiet", f"quality {trust.quality:.3f}, pride of the centre {model.minister.pride:.2f}"


def _trap_words(trust: Any, was: bool | None, relapsed: bool) -> str:
    if relapsed:
        return "falls back on the old habit"
    if not trust.trapped:
        return "leaves its trap"
    return "starts in its trap" if was is None else "is trapped"


def _seat_events(seat: Any, occupied: bool) -> Iterator[tuple[str, str]]:
    trust = seat.trust
    person = f"skill {seat.skill:.2f}, morale {seat.morale:.2f}"
    if occupied and not seat.at_work:
        if seat.left:
            yield "leaves", f"{person}, pressure {trust.strain:.2f}, blame hazard {trust.leave_blame:.4f}"
        elif seat.displaced:
            yield "is pushed out to another trust", f"{person}, poor performer"
        else:
            yield "is removed", f"{person}, poor performer"
    elif seat.hired:
        yield (
            "is hired from the pool of displaced people" if seat.rehired else "is hired",
            f"talent {seat.talent:.2f}, morale of the trust {trust.morale:.2f}, chance {trust.hire_chance:.3f} a month",
        )


__all__ = ["COUNTRY_COURSE", "COURSE", "MANAGER_COURSE", "Chronicle", "Event"]
