"""The model as docs/model.md tells it: its listings, executed without the package's rules.

Only what the page says in words and tables (luck, sums, order of phases, records) is written here; every equation comes
from the page. Slow and simple on purpose.
"""

from __future__ import annotations

import ast
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from tredegar.model.providers import Providers

from .page_listings import Scope, listings, philox

MEANS = """access reported quality integration overall fit wait queue compliance fear safety staff_trust pressure
    need_met failure_demand_share grievance learning_stock wrongful_blame"""

# Outcomes whose name differs from that of the quantity on the page.
FROM_NATION = {
    "true_access": "access", "reported_access": "reported", "wait_months": "wait", "vacancy_share": "vacancy",
    "psychological_safety": "safety", "manager_trust": "staff_trust", "manager_fear": "fear",
    "challenge_share": "challenge", "found_failures": "found", "hidden_failures": "hidden",
    "pool_count": "pool", "pressure_on_staff": "pressure", "private_grievance": "grievance",
    "organisational_learning": "learning_stock",
}  # fmt: skip
FROM_CENTRE = {
    "real_control_now": "control", "mandate_detail_now": "detail", "arms_length_now": "buffer",
    "entrenched_localism": "entrenched", "focus_access_now": "focus_access", "central_body": "body",
    "focus_quality_now": "focus_quality", "focus_integration_now": "focus_integration",
    "reorganisation_started": "started", "funding_level": "money", "compliance_cost_share": "compliance_cost",
}  # fmt: skip
FROM_TRUSTS = {
    "failure_entries": "regime_entry", "failure_exits": "regime_exit", "failure_early_exits": "regime_early_exit",
    "trusts_reorganised": "reorganised", "objecting_share": "objects",
}  # fmt: skip
# Tallies over the clinicians at work.
FROM_SEATS = {
    "morale": "sum_morale", "clinician_leave_rate": "left", "poor_performer_share_now": "poor_count",
    "alert_rate": "sum_alerts", "burned_out_share": "burned_out_count", "nurses_at_work": "nurses",
    "doctors_leaving": "doctors_left",
}  # fmt: skip
# Outcomes of the same name.
SAME_OF_NATION = """quality integration overall overall_sd fit queue compliance failing_share wrongful_blame
    failure_demand_share"""
SAME_OF_CENTRE = """rhetoric_gap anxiety blame sclerosis cynicism disruption minister_changed head_changed challenge_bar
    control_conceded control_volunteered party"""

BESIDE_THRESHOLDS = """reports_just_above reports_just_below reports_further_above reports_further_below
    placebo_just_above placebo_just_below placebo_further_above placebo_further_below"""


class Country:
    """One run of the model of the page: ``months()`` yields the outcomes of each month."""

    def __init__(
        self,
        parameters: dict[str, float],
        constants: dict[str, float],
        trusts: int,
        clinicians: int,
        seed: int,
        run: int,
        providers: Providers | None = None,
        changes: dict[int, dict[str, float]] | None = None,
    ) -> None:
        texts = listings()
        self.key = (seed, run)
        self.seat_tallies = [
            node.target.id
            for node in ast.walk(ast.parse("for _ in (0,):\n" + textwrap.indent(texts["seat"], " ")))
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
        ]
        texts["seat"] = "for _ in (0,):\n" + textwrap.indent(texts["seat"], "    ")
        self.code = {label: compile(text, label, "exec") for label, text in texts.items()}
        self.world: dict[str, Any] = {**constants, "sqrt": math.sqrt, "floor": math.floor}
        self.world |= {f"SQRT{n}": math.sqrt(n) for n in (3, 6, 12)}
        exec(self.code["arithmetic"], self.world)
        self.fixed: Callable[[float], int] = self.world["fixed"]
        self.unfixed: Callable[[int], float] = self.world["unfixed"]
        self.p = SimpleNamespace(**parameters)
        self.H, self.C = trusts, clinicians
        self.providers, self.changes = providers, changes or {}
        self.U = self.areas = int(max(1, min(trusts, math.floor(self.p.number_of_units + 0.5))))
        if providers is not None:
            self.U, self.areas = len({*providers.council}), len({*providers.council, *providers.catchment})
        self.world |= {"p": self.p, "H": trusts, "C": clinicians, "U": self.U, "areas": self.areas}
        self.run_listing("country start", self.world)
        self.centre = Scope()
        self.start()

    def run_listing(self, label: str, scope: dict[str, Any]) -> None:
        exec(self.code[label], self.world, scope)

    def luck(self, scope: dict[str, Any], letter: str, trust: int, month: int, stream: int, seat: int = 0) -> None:
        for place, uniform in enumerate(philox(self.key, (trust, month, stream, seat))):
            scope[f"{letter}{place}"] = uniform

    def start(self) -> None:
        """Section 5 of the page."""
        self.luck(self.centre, "y", 0, 0, 14)
        self.run_listing("centre start", self.centre)
        self.trusts: list[Scope] = []
        self.seats: list[list[Scope]] = []
        self.world["node"] = lambda i: sum(philox(self.key, (i, 0, 5, 0))[:3]) - 1.5
        for j in range(self.H):
            trust = Scope(self.centre)
            trust["j"] = j
            for letter, stream in zip("abcevd", (1, 2, 3, 4, 12, 13), strict=True):
                self.luck(trust, letter, j, 0, stream)
            self.run_listing("size", trust)
            self.run_listing("trust start", trust)
            self.put_in_place(trust, j)
            self.trusts.append(trust)
            self.seats.append([self.new_seat(trust, k) for k in range(self.C)])
        mean_size = self.unfixed(sum(self.fixed(trust["size"]) for trust in self.trusts)) / self.H
        for trust in self.trusts:
            trust["size"] = trust["size"] / mean_size
        self.W = self.unfixed(sum(self.fixed(trust["size"]) for trust in self.trusts))
        for trust in self.trusts:
            supplied = None if self.providers is None else self.providers.overlap
            trust["overlap"] = self.overlap(trust) if supplied is None else supplied[trust["j"]]
        p, base = self.p, self.world["BASE_WAIT"]
        self.nation = SimpleNamespace(
            reported=0.9, access=0.9, quality=0.66, integration=0.5, fit=0.8, found=0.0, compliance=0.6,
            challenge=p.initial_challenge, wait=base, vacancy=0.07, failing_share=0.1, overall_sd=0.08,
            reported_sd=0.08, best_method=0.0, pool=0.0, pool_skill=0.0,
        )  # fmt: skip
        self.councils = [
            SimpleNamespace(challenge=p.initial_challenge, compliance=0.6, lead=0.0, lead_method=0.0)
            for _ in range(self.areas)
        ]
        self.catchments = [SimpleNamespace(adopted=0.0, raw_integration=0.0) for _ in range(self.areas)]

    def put_in_place(self, trust: Scope, j: int) -> None:
        """Section 6 of the page: real trusts in the place of the ring."""
        if self.providers is not None:
            labels = sorted({*self.providers.council, *self.providers.catchment})
            trust["size"] = self.providers.size[j]
            trust["council_index"] = labels.index(self.providers.council[j])
            trust["catchment_index"] = labels.index(self.providers.catchment[j])

    def new_seat(self, trust: Scope, number: int) -> Scope:
        seat = Scope(trust, self.centre, tallies=self.seat_tallies)
        seat["number"] = number
        self.luck(seat, "u", trust["j"], 0, 6, number)
        self.run_listing("seat start", seat)
        return seat

    def overlap(self, trust: Scope) -> float:
        c = trust["catchment_index"]
        of_catchment = [other for other in self.trusts if other["catchment_index"] == c]
        everything = sum(self.fixed(other["size"]) for other in of_catchment)
        same = sum(self.fixed(other["size"]) for other in of_catchment if other["council_index"] == c)
        return self.unfixed(same if trust["council_index"] == c else everything - same) / self.unfixed(everything)

    def months(self, count: int) -> Iterator[dict[str, float]]:
        """Section 3 of the page: six phases each month."""
        for month in range(1, count + 1):
            self.world |= {"m": month, "nation": self.nation}
            vars(self.p).update(self.changes.get(month, {}))
            for letter, stream in zip("abyz", (7, 8, 14, 15), strict=True):
                self.luck(self.centre, letter, 0, month, stream)
            self.run_listing("centre", self.centre)
            for j, trust in enumerate(self.trusts):
                trust["council"] = self.councils[trust["council_index"]]
                trust["catchment"] = self.catchments[trust["catchment_index"]]
                for letter, stream in zip("uvxw", (9, 12, 16, 17), strict=True):
                    self.luck(trust, letter, j, month, stream)
                self.run_listing("manager", trust)
            for j, trust in enumerate(self.trusts):
                self.run_listing("team", trust)
                trust.update(dict.fromkeys(self.seat_tallies, 0))
                for k, seat in enumerate(self.seats[j]):
                    self.luck(seat, "u", j, month, 11, k)
                    self.run_listing("seat", seat)
                self.run_listing("output", trust)
            for c, catchment in enumerate(self.catchments):
                members = [trust for trust in self.trusts if trust["catchment_index"] == c]
                if members:
                    total = sum(self.fixed(trust["size"] * trust["raw_integration"]) for trust in members)
                    size = sum(self.fixed(trust["size"]) for trust in members)
                    catchment.raw_integration = self.unfixed(total) / self.unfixed(size)
            for j, trust in enumerate(self.trusts):
                self.luck(trust, "u", j, month, 10)
                self.run_listing("service", trust)
            yield self.country()

    def by_size(self, name: str, trusts: Iterable[Scope] | None = None) -> int:
        """Sum of a trust's quantity by size; of a tally in fixed point if the listing adds ``fixed`` values to it."""
        in_fixed = name.startswith("sum_") or name in ("displaced_talent", "tail_skill", "middle_skill", "top_skill")
        chosen = self.trusts if trusts is None else trusts
        values = [(trust["size"], self.unfixed(trust[name]) if in_fixed else trust[name]) for trust in chosen]
        return sum(self.fixed(size * value) for size, value in values)

    def mean(self, name: str) -> float:
        return self.unfixed(self.by_size(name)) / self.W

    def objecting_supply(self) -> float:
        total = sum(self.fixed(trust["size"] * trust["size"] * trust["objects"]) for trust in self.trusts)
        return self.unfixed(total) / self.W

    def spread(self, name: str) -> float:
        mean = self.unfixed(sum(self.fixed(trust[name]) for trust in self.trusts)) / self.H
        squares = self.unfixed(sum(self.fixed(trust[name] * trust[name]) for trust in self.trusts)) / self.H
        return math.sqrt(self.world["max"](0.0, squares - mean * mean))

    def share(self, name: str) -> float:
        return float(sum(trust[name] > 0.5 for trust in self.trusts)) / self.H

    def both(self, name: str, other: str) -> float:
        return float(sum(trust[name] * trust[other] > 0.5 for trust in self.trusts)) / self.H

    def country(self) -> dict[str, float]:
        """Section 7.5 of the page, and its record."""
        now = SimpleNamespace(**{name: self.mean(name) for name in MEANS.split()})
        now.challenge, now.found, now.hidden = (self.mean(x) for x in ("challenges", "found_told", "found_hidden"))
        now.vacancy = self.world["max"](0.0, 1.0 - self.unfixed(self.by_size("at_work")) / (self.W * self.C))
        now.failing_share = self.share("fails")
        now.overall_sd, now.reported_sd = self.spread("overall"), self.spread("reported")
        scope = Scope(self.centre)
        scope["trusts"] = [SimpleNamespace(**trust) for trust in self.trusts]
        scope |= {"pool": self.nation.pool, "pool_skill": self.nation.pool_skill}
        for name, tally in (("displaced_now", "displaced"), ("rehired_now", "rehired")):
            scope[name] = self.unfixed(self.by_size(tally))
        scope["displaced_talent_now"] = self.unfixed(self.by_size("displaced_talent"))
        self.nation = self.world["nation"] = now
        self.run_listing("country", scope)
        now.best_method, now.pool, now.pool_skill = scope["best_method"], scope["pool"], scope["pool_skill"]
        self.groups(scope)
        return self.record(now, scope["seen_share"])

    def groups(self, scope: Scope) -> None:
        for u, council in enumerate(self.councils):
            members = [trust for trust in self.trusts if trust["council_index"] == u]
            size = self.world["max"](1e-9, self.unfixed(sum(self.fixed(trust["size"]) for trust in members)))
            council.challenge = self.unfixed(self.by_size("challenges", members)) / size
            council.compliance = self.unfixed(self.by_size("compliance", members)) / size
            council.lead = self.unfixed(scope["council_lead"][u])
            council.lead_method = self.unfixed(scope["council_lead_method"][u])
        for c, catchment in enumerate(self.catchments):
            adopted = [trust["adopted"] for trust in self.trusts if trust["catchment_index"] == c]
            catchment.adopted = float(sum(adopted)) / max(1, len(adopted))

    def record(self, now: SimpleNamespace, seen_share: float) -> dict[str, float]:
        """Return the outcomes of the month (percentiles left out), by name."""
        centre = self.centre
        people = self.world["max"](1.0, self.unfixed(self.by_size("at_work")))
        skill = self.unfixed(self.by_size("sum_skill")) / people
        squares = self.unfixed(self.by_size("sum_skill_squared")) / people

        def ratio(total: int, count: int) -> float:
            return float(total) / float(count) if count > 0 else skill

        displacers = [trust for trust in self.trusts if trust["displaces"] > 0.5]
        theirs, their_seats = self.by_size("sum_skill", displacers), self.by_size("at_work", displacers)
        others, other_seats = self.by_size("sum_skill") - theirs, self.by_size("at_work") - their_seats
        row = {name: getattr(now, source) for name, source in FROM_NATION.items()}
        row |= {name: getattr(now, name) for name in SAME_OF_NATION.split()}
        row |= {name: centre[source] for name, source in FROM_CENTRE.items()}
        row |= {name: centre[name] for name in SAME_OF_CENTRE.split()}
        return row | {
            "access_sd": self.spread("access"),
            "mean_skill": skill,
            "skill_sd": math.sqrt(self.world["max"](0.0, squares - skill * skill)),
            "skill_tail": ratio(self.by_size("tail_skill"), self.by_size("tail_count")),
            "skill_middle": ratio(self.by_size("middle_skill"), self.by_size("middle_count")),
            "skill_top": ratio(self.by_size("top_skill"), self.by_size("top_count")),
            "skill_displacers": ratio(theirs, their_seats),
            "skill_others": ratio(others, other_seats),
            "gaming_gap": now.reported - now.access,
            "manager_departures": self.share("departed"),
            "adoption_share": self.share("adopted"),
            "method_spread": self.spread("method"),
            "below_target_share": self.share("below_target"),
            "reorganisation_direction": centre["direction"] if centre["started"] > 0.5 else 0.0,
            "best_practice_error": abs(centre["best_practice"] - centre["national_optimum"]),
            "unit_cost": centre["money"] / self.world["max"](0.01, now.need_met),
            "trapped_share": self.share("trapped"),
            "sacked_for_system": self.share("sacked"),
            "centre_quality_error": (1.0 - seen_share) * self.spread("quality"),
            "long_failing_share": self.share("failing"),
            "departures_long_failing": self.both("failing", "departed"),
            "meeting_target_share": self.share("meeting"),
            "departures_meeting_target": self.both("meeting", "departed"),
            "any_tier_started": self.world["max"](centre["started"], centre["middle_started"]),
            "disruption_of_trusts": self.mean("own_disruption"),
            "objecting_supply_share": self.objecting_supply() / self.mean("size"),
            **{name: self.unfixed(self.by_size(source)) / people for name, source in FROM_SEATS.items()},
            **{name: self.share(source) for name, source in FROM_TRUSTS.items()},
            **{name: self.share(name) for name in BESIDE_THRESHOLDS.split()},
        }
