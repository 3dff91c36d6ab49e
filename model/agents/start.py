"""The start of the Mesa model: who is where in month 0, and how luck is dealt in the months after."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from .. import draws
from ..arithmetic import fixed
from ..draws import LuckTable, uniforms
from ..providers import Providers, given
from ..random_records import CentreLuck, SeatLuck, TrustLuck
from ..records import CatchmentState, CouncilState, NationState, PlaceState, Setting, Sums
from ..schedule.month import Phase, Tally
from ..schedule.rulebook import RuleBook
from .people import Clinician, Manager, Minister, Trust

Records = dict[str, Any]
"""Records that rules read, by name."""


class Population(NamedTuple):
    """Everybody at month 0, and who shares what.

    ``circles`` are, by level, the records of the country, of each council and of each catchment; ``groups`` are, by
    level, who adds to which sums: pairs of the members and the records that hold their sums.
    """

    setting: Setting
    nation: NationState
    minister: Minister
    trusts: list[Trust]
    managers: list[Manager]
    clinicians: list[Clinician]
    circles: Mapping[str, list[Records]]
    groups: Mapping[str, list[tuple[list[Any], Records]]]


class LuckOfTheMonth:
    """Draws for many agents at once, handed out as plain floats under the names of their uses."""

    def __init__(self, seed: int, run: int, book: RuleBook) -> None:
        self._seed, self._run, self._book = seed, np.array([run], dtype=np.uint64), book

    def draw(self, table: LuckTable, agents: int, month: int, seats: int = 1) -> dict[str, list[float]]:
        """Return, for each use in ``table``, a list of uniforms over agents 0 .. ``agents`` - 1.

        Agents are trusts, or, trust by trust, their ``seats``.
        """
        trusts, numbers = np.divmod(np.arange(agents, dtype=np.uint64), np.uint64(seats))
        dealt: dict[str, list[float]] = {}
        for stream, names in table.items():
            words = uniforms(self._seed, self._run, trusts, month, int(stream), numbers)
            dealt |= {name: word.tolist() for name, word in zip(names, words, strict=True) if name}
        return dealt

    def deal(self, month: int, minister: Minister, trusts: list[Trust], clinicians: list[Clinician]) -> None:
        """Give every agent its luck of ``month``."""
        groups: tuple[tuple[LuckTable, list[Any], int], ...] = (
            (self._book.luck["country"], [minister], 1),
            (self._book.luck["trust"], trusts, 1),
            (self._book.luck["seat"], clinicians, len(clinicians) // len(trusts)),
        )
        for table, actors, seats in groups:
            for name, words in self.draw(table, len(actors), month, seats).items():
                for actor, word in zip(actors, words, strict=True):
                    setattr(actor.luck, name, word)


def build(
    model: Any,
    known: Records,
    size: tuple[int, int],
    providers: Providers | None,
    luck: LuckOfTheMonth,
    book: RuleBook,
) -> Population:
    """Return the records and agents of a country at month 0, by the rules and in the order of the start of ``book``.

    ``model`` is the model of Mesa that the agents live in; ``known`` the records that it has already (``now``, ``p``,
    ``k``, ``country_sums``); ``size`` the numbers of trusts and of clinicians per trust.
    """
    trusts, clinicians = size
    setting, measured = Setting(), given(providers)
    setting.trusts, setting.clinicians, setting.seats = float(trusts), float(clinicians), float(trusts * clinicians)
    shared = {**known, "setting": setting, "centre": Minister(model), "nation": NationState()}
    people = zip([Trust(model) for _ in range(trusts)], [Manager(model) for _ in range(trusts)], strict=True)
    around = [_around(trust, manager, shared, number) for number, (trust, manager) in enumerate(people)]
    for (record, field), values in measured.items():
        for records, value in zip([shared] if record == "setting" else around, values, strict=True):
            setattr(records[record], field, value)
    seats: list[Clinician] = []
    for phase in book.start:
        if phase.level == "seat":
            seats = _start_clinicians(model, phase, clinicians, around, luck)
            continue
        for records in _who(phase, shared, around, luck):
            _follow(phase, records, measured)
        if phase.name == "places":
            _group(around)
        for tally in phase.tallies:
            _add_up(tally, around)
    return _introduced(shared, around, seats)


def _who(
    phase: Phase, shared: dict[str, Any], around: list[dict[str, Any]], luck: LuckOfTheMonth
) -> Iterator[dict[str, Any]]:
    """Yield the records that the rules of ``phase`` read, for each who follows them, with the luck of the start."""
    if phase.level == "country":
        yield {**shared, "luck": one(luck.draw(draws.START_CENTRE_LUCK, 1, 0), 0)}
    elif phase.level in ("council", "catchment"):
        yield from {id(records[phase.level]): records for records in around}.values()
    else:
        dealt = luck.draw(draws.START_LUCK, len(around), 0)
        wanted = {name: field for name, field in draws.NODES.items() if name in phase.reads}
        numbers = [int(getattr(records["place"], field)) for field in wanted.values() for records in around]
        nodes = luck.draw(draws.NODE_LUCK, 1 + max(numbers, default=0), 0)
        for number, records in enumerate(around):
            at_nodes = {name: one(nodes, int(getattr(records["place"], field))) for name, field in wanted.items()}
            yield {**records, "luck": one(dealt, number), **at_nodes}


def one(dealt: dict[str, list[float]], number: int) -> Any:
    """Return the luck of one agent as a record."""
    return SimpleNamespace(**{name: words[number] for name, words in dealt.items()})


def _around(trust: Trust, manager: Manager, shared: Records, number: int) -> Records:
    """Return the records around trust ``number``; those of its council and catchment are not known yet."""
    trust.number, trust.manager, manager.trust = number, manager, trust
    trust.luck = manager.luck = TrustLuck()
    trust.totals = Sums()
    place = PlaceState()
    place.index = float(number)
    return {**shared, "place": place, "trust": trust, "manager": manager, "totals": trust.totals}


def _follow(phase: Phase, records: dict[str, Any], known: Collection[tuple[str, str]]) -> None:
    for step in phase.steps:
        result = step.rule(*[records[name] for name in step.reads])
        for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
            if (step.actor, name) not in known:
                setattr(records[step.actor], name, value)


def _group(around: list[dict[str, Any]]) -> None:
    """Give each trust the records that it shares with the others of its council and of its catchment."""
    councils: dict[float, dict[str, Any]] = {}
    catchments: dict[float, dict[str, Any]] = {}
    for records in around:
        place, trust = records["place"], records["trust"]
        trust.council, trust.catchment = int(place.council), int(place.catchment)
        records |= councils.setdefault(place.council, {"council": CouncilState(), "council_sums": Sums()})
        records |= catchments.setdefault(place.catchment, {"catchment": CatchmentState(), "catchment_sums": Sums()})


def _add_up(tally: Tally, around: list[dict[str, Any]]) -> None:
    """Sum exactly what trusts add to their country, council or catchment."""
    addends: dict[int, list[dict[str, Any]]] = {}
    for records in around:
        addends.setdefault(id(records[tally.into]), []).append(records)
    for members in addends.values():
        rows = [tally.rule(*[records[name] for name in tally.reads]) for records in members]
        for name, column in zip(tally.fields, zip(*rows, strict=True), strict=True):
            units = [value if value.__class__ is bool else fixed(value) for value in column]
            setattr(members[0][tally.into], name, sum(units))


def _start_clinicians(
    model: Any, phase: Phase, clinicians: int, around: list[Records], luck: LuckOfTheMonth
) -> list[Clinician]:
    dealt = luck.draw(draws.START_SEAT_LUCK, len(around) * clinicians, 0, clinicians)
    seats = []
    for number in range(len(around) * clinicians):
        clinician, records = Clinician(model), around[number // clinicians]
        clinician.number = float(number % clinicians)
        _follow(phase, {**records, "seat": clinician, "luck": one(dealt, number)}, ())
        clinician.trust = records["trust"]
        clinician.luck = SeatLuck()
        seats.append(clinician)
    return seats


def _introduced(shared: Records, around: list[Records], clinicians: list[Clinician]) -> Population:
    """Let everybody know the records that their rules read, and say who adds to which sums."""
    minister, trusts = shared["centre"], [records["trust"] for records in around]
    minister.luck = CentreLuck()
    # Rules of one's own draw luck in any phase of the country.
    shared["luck"] = minister.luck
    minister.learn(("centre",), shared)
    circles = {"country": [shared]} | {level: _circles(level, around) for level in ("council", "catchment")}
    groups: dict[str, list[tuple[list[Any], Records]]] = {"country": [(trusts, shared)], "trust": []}
    for level in ("council", "catchment"):
        groups[level] = [
            ([each["trust"] for each in around if each[level] is records[level]], records) for records in circles[level]
        ]
    seats = len(clinicians) // len(trusts)
    for number, records in enumerate(around):
        team = clinicians[number * seats : (number + 1) * seats]
        _introduce_team(records, team)
        groups["trust"].append((team, {"totals": records["totals"]}))
    managers = [records["manager"] for records in around]
    return Population(shared["setting"], shared["nation"], minister, trusts, managers, clinicians, circles, groups)


def _circles(level: str, around: list[Records]) -> list[Records]:
    """Return the records of each council, or of each catchment, once."""
    return list({id(records[level]): records for records in around}.values())


def _introduce_team(records: Records, team: list[Clinician]) -> None:
    """Let a trust, its manager and its clinicians know the records that their rules read."""
    trust = records["trust"]
    records["luck"] = trust.luck
    trust.manager.learn(("managers",), records)
    trust.learn(("signals", "output", "service", "examples", "own_sums"), records)
    for clinician in team:
        clinician.learn(("clinicians",), {**records, "seat": clinician, "luck": clinician.luck})
