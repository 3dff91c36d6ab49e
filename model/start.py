"""The start of the Mesa model: who is where in month 0, and how luck is dealt in the months after."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import draws, rules_start
from .agents import Clinician, Manager, Minister, Trust
from .arithmetic import fixed, unfixed
from .draws import LuckTable, uniforms
from .providers import Providers
from .records import CatchmentState, CentreLuck, CouncilState, NationState, SeatLuck, Setting, Sums, TrustLuck

if TYPE_CHECKING:
    from .health_service import HealthService


class LuckOfTheMonth:
    """Draws for many agents at once, handed out as plain floats under the names of their uses."""

    def __init__(self, seed: int, run: int) -> None:
        self._seed, self._run = seed, np.array([run], dtype=np.uint64)

    def draw(self, table: LuckTable, agents: int, month: int) -> dict[str, list[float]]:
        """Return, for each use in ``table``, a list of uniforms over agents 0 .. ``agents`` - 1."""
        numbers = np.arange(agents, dtype=np.uint64)
        dealt: dict[str, list[float]] = {}
        for stream, names in table.items():
            words = uniforms(self._seed, self._run, numbers, month, int(stream))
            dealt |= {name: word.tolist() for name, word in zip(names, words, strict=True) if name}
        return dealt

    def deal(self, model: HealthService, month: int) -> None:
        """Give every agent its luck of ``month``."""
        groups: tuple[tuple[LuckTable, list[Any]], ...] = (
            (draws.CENTRE_LUCK, [model.minister]),
            (draws.TRUST_LUCK, model.trusts),
            (draws.SEAT_LUCK, model.clinicians),
        )
        for table, actors in groups:
            for name, words in self.draw(table, len(actors), month).items():
                for actor, word in zip(actors, words, strict=True):
                    setattr(actor.luck, name, word)


def one(dealt: dict[str, list[float]], number: int) -> Any:
    """Return the luck of one agent as a record."""
    return SimpleNamespace(**{name: words[number] for name, words in dealt.items()})


def put(record: Any, values: Any) -> Any:
    """Write a table or a NamedTuple of values into ``record`` and return it."""
    named = values if isinstance(values, dict) else values._asdict()
    for name, value in named.items():
        setattr(record, name, value)
    return record


def build(
    model: HealthService, trusts: int, clinicians: int, providers: Providers | None, luck: LuckOfTheMonth
) -> None:
    """Create the records and agents of ``model`` at month 0."""
    model.setting = _setting(model, trusts, clinicians, providers)
    start = luck.draw(draws.START_LUCK, trusts, 0)
    places = [rules_start.position(float(j), one(start, j), model.setting) for j in range(trusts)]
    model.minister = put(Minister(model), rules_start.CENTRE_START)
    party = luck.draw(draws.START_CENTRE_LUCK, 1, 0)["party"][0]
    put(model.minister, rules_start.centre_start(party, model.p))
    model.nation = put(NationState(), {**rules_start.NATION_START, "wait": model.k.BASE_WAIT})
    model.nation.challenge = model.p.initial_challenge
    model.trusts = [Trust(model) for _ in range(trusts)]
    _place_trusts(model, places, start, providers)
    node_count = max(2, trusts // 10)
    node_luck = luck.draw(draws.NODE_LUCK, node_count, 0)
    model.managers = []
    for number, trust in enumerate(model.trusts):
        nodes = rules_start.nodes(places[number], float(node_count))
        ends = [
            node_luck["a"][int(n)] + node_luck["b"][int(n)] + node_luck["c"][int(n)] - 1.5
            for n in (nodes.first, nodes.second)
        ]
        _start_trust(model, trust, rules_start.regional_optimum(ends[0], ends[1], nodes.nearness), one(start, number))
    _start_clinicians(model, clinicians, luck)
    _introduce(model)


def _setting(model: HealthService, trusts: int, clinicians: int, providers: Providers | None) -> Setting:
    setting = Setting()
    setting.trusts, setting.clinicians = float(trusts), float(clinicians)
    setting.seats = float(trusts * clinicians)
    setting.units = (
        rules_start.number_of_units(setting, model.p) if providers is None else float(len(set(providers.council)))
    )
    return put(setting, rules_start.units(setting, model.k))  # type: ignore[no-any-return]


def _place_trusts(model: HealthService, places: list[float], start: Any, providers: Providers | None) -> None:
    """Give each trust its number, size, council and catchment, and the catchments their overlap with councils."""
    trusts = model.trusts
    if providers is None:
        drawn = [rules_start.drawn_size(one(start, j), model.p) for j in range(len(trusts))]
        arcs = [rules_start.arcs(place, model.setting, model.p) for place in places]
        homes = [(int(arc.council), int(arc.catchment)) for arc in arcs]
    else:
        drawn = list(providers.size)
        labels = sorted({*providers.council, *providers.catchment})
        homes = [
            (labels.index(council), labels.index(catchment))
            for council, catchment in zip(providers.council, providers.catchment, strict=True)
        ]
    mean = unfixed(sum(fixed(size) for size in drawn)) / model.setting.trusts
    for number, (trust, size, (council, catchment)) in enumerate(zip(trusts, drawn, homes, strict=True)):
        trust.number, trust.size, trust.council, trust.catchment = number, size / mean, council, catchment
    model.setting.weight = unfixed(sum(fixed(trust.size) for trust in trusts))
    for number, trust in enumerate(trusts):
        partners = [t for t in trusts if t.catchment == trust.catchment]
        shared = sum(fixed(t.size) for t in partners if t.council == t.catchment)
        whole = sum(fixed(t.size) for t in partners)
        within = shared if trust.council == trust.catchment else whole - shared
        trust.overlap = unfixed(within) / unfixed(whole)
        if providers is not None and providers.overlap is not None:
            trust.overlap = providers.overlap[number]


def _start_trust(model: HealthService, trust: Trust, regional: float, luck: Any) -> None:
    manager = Manager(model)
    put(trust, rules_start.TRUST_START)
    trust.queue = trust.wait = model.k.BASE_WAIT
    trust.regional_optimum = regional
    put(trust, rules_start.trust_start(regional, luck, model.p, model.k))
    put(manager, rules_start.MANAGER_START)
    put(manager, rules_start.manager_start(float(trust.number), luck, model.setting, model.p, model.k))
    manager.trust, trust.manager = trust, manager
    trust.luck = manager.luck = TrustLuck()
    trust.totals = Sums()
    model.managers.append(manager)


def _start_clinicians(model: HealthService, clinicians: int, luck: LuckOfTheMonth) -> None:
    dealt = luck.draw(draws.START_SEAT_LUCK, len(model.trusts) * clinicians, 0)
    model.clinicians = []
    for number in range(len(model.trusts) * clinicians):
        clinician = put(Clinician(model), rules_start.seat_start(one(dealt, number), model.p, model.k))
        clinician.trust = model.trusts[number // clinicians]
        clinician.luck = SeatLuck()
        model.clinicians.append(clinician)


def _introduce(model: HealthService) -> None:
    """Let everybody know the records that their rules read, and make those of councils and catchments."""
    model.minister.luck = CentreLuck()
    shared = {
        "setting": model.setting, "now": model.now, "p": model.p, "k": model.k, "centre": model.minister,
        "nation": model.nation, "country_sums": model.country_sums,
    }  # fmt: skip
    model.minister.learn(("centre",), {**shared, "luck": model.minister.luck})
    councils = {trust.council: _council(model, trust.council) for trust in model.trusts}
    catchments = {trust.catchment: _catchment(model, trust.catchment) for trust in model.trusts}
    model.circles = {
        "country": [shared],
        "council": list(councils.values()),
        "catchment": list(catchments.values()),
    }
    model.groups = {
        "country": [(model.trusts, shared)],
        "council": [([t for t in model.trusts if t.council == n], sums) for n, sums in councils.items()],
        "catchment": [([t for t in model.trusts if t.catchment == n], sums) for n, sums in catchments.items()],
        "trust": [],
    }
    around = {}
    for trust, manager in zip(model.trusts, model.managers, strict=True):
        records = {
            **shared, **councils[trust.council], **catchments[trust.catchment],
            "trust": trust, "manager": manager, "totals": trust.totals, "luck": trust.luck,
        }  # fmt: skip
        manager.learn(("managers",), records)
        trust.learn(("signals", "output", "service", "examples"), records)
        around[trust.number] = records
    seats = len(model.clinicians) // len(model.trusts)
    for trust in model.trusts:
        team = model.clinicians[trust.number * seats : (trust.number + 1) * seats]
        model.groups["trust"].append((team, {"totals": trust.totals}))
        for clinician in team:
            clinician.learn(("clinicians",), {**around[trust.number], "seat": clinician, "luck": clinician.luck})


def _council(model: HealthService, number: int) -> dict[str, Any]:
    members = [trust for trust in model.trusts if trust.council == number]
    council = put(CouncilState(), {**rules_start.COUNCIL_START, "challenge": model.p.initial_challenge})
    return {"council": council, "council_sums": put(Sums(), {"size": sum(fixed(t.size) for t in members)})}


def _catchment(model: HealthService, number: int) -> dict[str, Any]:
    members = [trust for trust in model.trusts if trust.catchment == number]
    sums = put(Sums(), {"size": sum(fixed(t.size) for t in members), "trusts": len(members)})
    return {"catchment": put(CatchmentState(), rules_start.CATCHMENT_START), "catchment_sums": sums}
