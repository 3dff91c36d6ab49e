"""Whole runs in compiled code: the months, the sums over councils and catchments, and what is recorded.

The phases come from the rules (``phases``); their order is checked against ``model/schedule/month.py`` by
``tests/kernels/test_numba.py``. ``cache`` is the one to import this module: it has :func:`run_kernel` compiled for
``SIGNATURE`` (``state``), the only one there is, and keeps the code on disk; the other functions become parts of
that code. For rules of one's own this very file is executed again, as another module (``cache``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ...model.rules.outcomes import PERCENTILE_BINS, percentile_value
from ...model.schedule.rulebook import BUILT_IN
from .layout import LEFT, sums_of, traced_program
from .phases import phase_call, scratch_slots
from .state import SIGNATURE, DrawKey, RunSize, World
from .width import WIDTH

__all__ = ["SIGNATURE", "block_size", "run_kernel", "run_size"]

PROGRAM = traced_program(globals().get("BOOK", BUILT_IN))
SCRATCH_SLOTS = scratch_slots(PROGRAM)
COUNTRY_SLOTS, TRUST_SLOTS, SEAT_SLOTS = len(PROGRAM.country), len(PROGRAM.trust), len(PROGRAM.seat)
MONTH_SLOT, LEFT_SLOT = PROGRAM.country["now", "month"], PROGRAM.country[LEFT]
_OUTCOMES = [slot for (record, _), slot in PROGRAM.country.items() if record == "outcomes"]
_SUMS = [slot for (record, _), slot in PROGRAM.country.items() if record == "country_sums"]
FIRST_OUTCOME, END_OUTCOMES = min(_OUTCOMES), max(_OUTCOMES) + 1
FIRST_SUM, END_SUMS = min(_SUMS), max(_SUMS) + 1
BINS = int(PERCENTILE_BINS)
ROUGH = 32
"""Bins are counted one by one and in heaps of this many, so that a rank is found in a few steps."""
TILES = 32
"""Tiles that a phase works on at a time: little enough to stay in cache, and for sums that doubles hold."""


def run_size(trusts: int, groups: int, clinicians: int) -> RunSize:
    """Return the size of a run of ``trusts`` in ``groups`` with ``clinicians`` seats each."""
    return RunSize(-(-trusts // WIDTH), trusts // WIDTH, trusts % WIDTH, groups, clinicians)


def block_size(trusts: int, clinicians: int) -> int:
    """Return how many slots :func:`run_kernel` works on beside the state of country and trusts."""
    return (SCRATCH_SLOTS + -(-trusts // WIDTH) * clinicians * SEAT_SLOTS) * WIDTH


def _group_slots(phase: str, level: str) -> tuple[int, ...]:
    fields = sums_of(PROGRAM.phases[phase], level, "number") + sums_of(PROGRAM.phases[phase], level, "condition")
    return tuple(PROGRAM.trust[field] for field in fields)


PARTNERS = _group_slots("output", "catchment")
NEIGHBOURS = _group_slots("examples", "council")
ADOPTERS = _group_slots("examples", "catchment")

_phases = {name: phase_call(PROGRAM, name, WIDTH) for name in PROGRAM.phases}
centre, managers, signals, clinicians = (_phases[name] for name in ("centre", "managers", "signals", "clinicians"))
output, service, country, examples = (_phases[name] for name in ("output", "service", "country", "examples"))
outlook, councils, catchments = (_phases[name] for name in ("outlook", "councils", "catchments"))
outcomes, bins, final, seat_start = (_phases[name] for name in ("outcomes", "bins", "final", "seat_start"))
value_of_bin: Any = njit(percentile_value)
# Without Python's lock, so that threads work side by side; a division by zero goes on, as in the array engine.
_compiled = njit(nogil=True, error_model="numpy")
_written_out = njit(nogil=True, error_model="numpy", inline="always")
"""For functions that call phases: written out in their caller, so that the phases are compiled only once."""


@_compiled
def _share_out(tiles: Any, slots: Any, group: Any, totals: Any) -> None:
    """Put in each trust's ``slots`` the sums over the trusts of its group; ``tiles`` holds integers."""
    totals[:] = 0
    for tile in range(len(tiles)):
        for lane in range(WIDTH):
            # Empty lanes belong to a group of their own, behind the last: the loops need no branch for them.
            one = group[tile, lane]
            for number in range(len(slots)):
                totals[one, number] += tiles[tile, slots[number], lane]
    for tile in range(len(tiles)):
        for lane in range(WIDTH):
            one = group[tile, lane]
            for number in range(len(slots)):
                tiles[tile, slots[number], lane] = totals[one, number]


@_compiled
def _count_bins(tiles: Any, slot: int, trusts: int, counts: Any) -> bool:
    """Count the trusts in each bin, and in each heap of ``ROUGH`` bins behind them; False if a bin does not exist."""
    counts[:] = 0
    for trust in range(trusts):
        number = tiles[trust // WIDTH, slot, trust % WIDTH]
        # Written this way round, so that NaN is caught as well.
        if not 0.0 <= number < BINS:
            return False
        position = int(number)
        counts[position] += 1
        counts[BINS + position // ROUGH] += 1
    return True


@_compiled
def _bin_at(counts: Any, rank: int) -> float:
    """Return the bin of the trust with ``rank`` trusts below it."""
    heap = 0
    while counts[BINS + heap] <= rank:
        rank -= counts[BINS + heap]
        heap += 1
    position = heap * ROUGH
    while counts[position] <= rank:
        rank -= counts[position]
        position += 1
    return float(position)


@_compiled
def _percentiles(tiles: Any, trusts: int, slots: Any, ranks: Any, counts: Any, found: Any) -> None:
    """Write the percentiles of the month: of the bins in ``slots`` the one at ``ranks``."""
    countable = False
    for number in range(len(slots)):
        slot, rank = slots[number], ranks[number]
        # Percentiles of one quantity stand side by side: one count serves them all.
        if number == 0 or slot != slots[number - 1]:
            countable = _count_bins(tiles, slot, trusts, counts)
        if countable:
            found[number] = value_of_bin(_bin_at(counts, rank))
        else:
            # A value beyond 0..1, or none, has no bin; sorting takes longer and finds the same rank.
            values = np.empty(trusts)
            for trust in range(trusts):
                values[trust] = tiles[trust // WIDTH, slot, trust % WIDTH]
            values.sort()
            found[number] = value_of_bin(values[rank])


@_written_out
def _country(phase: Any, size: RunSize, world: World, luck: DrawKey) -> None:
    """Compute a phase of the country."""
    c, t, s = world.country.ctypes.data, world.tiles.ctypes.data, world.seats
    phase(c, t, t, s, s, world.scratch, 0, 0, 0, size.clinicians, luck.seed, luck.run, luck.month)


@_written_out
def _tiles(phase: Any, size: RunSize, world: World, luck: DrawKey, first: int, last: int, lanes: int) -> None:
    """Compute a phase for the tiles ``first`` up to ``last``, ``lanes`` of each being trusts."""
    c, t, s = world.country.ctypes.data, world.tiles.ctypes.data, world.seats
    phase(c, t, t, s, s, world.scratch, first, last, lanes, size.clinicians, luck.seed, luck.run, luck.month)


@_written_out
def _over_trusts(phase: Any, size: RunSize, world: World, luck: DrawKey) -> None:
    """Compute a phase that adds up over the country: tiles full of trusts, then the last, which may not be full."""
    # In heaps, too, so that the doubles that add up a heap stay below the limit of exact sums.
    for first in range(0, size.whole, TILES):
        _tiles(phase, size, world, luck, first, min(first + TILES, size.whole), WIDTH)
    _tiles(phase, size, world, luck, size.whole, size.tiles, size.rest)


if "own_sums" in _phases:
    own_sums = _phases["own_sums"]

    @_written_out
    def _sum_for_outcomes(size: RunSize, world: World, luck: DrawKey) -> None:
        """Add up what own outcomes are read off, where rules of one's own have such."""
        _over_trusts(own_sums, size, world, luck)

else:

    @_written_out
    def _sum_for_outcomes(size: RunSize, world: World, luck: DrawKey) -> None:
        """Add up nothing: all outcomes are read off the sums of other phases."""


@_written_out
def _advance(size: RunSize, world: World, luck: DrawKey) -> None:
    """Compute one month of one run."""
    world.country[MONTH_SLOT] = luck.month
    world.country.view(np.int64)[FIRST_SUM:END_SUMS] = 0
    _country(centre, size, world, luck)
    # Four phases over a few tiles, then the next few: so their seats are still in cache for the next phase.
    for first in range(0, size.tiles, TILES):
        last = min(first + TILES, size.tiles)
        _tiles(managers, size, world, luck, first, last, WIDTH)
        _tiles(signals, size, world, luck, first, last, WIDTH)
        _tiles(clinicians, size, world, luck, first, last, WIDTH)
        _tiles(output, size, world, luck, first, last, WIDTH)
    _share_out(world.counts, PARTNERS, world.catchment, world.totals)
    _over_trusts(service, size, world, luck)
    _country(country, size, world, luck)
    _over_trusts(examples, size, world, luck)
    _share_out(world.counts, NEIGHBOURS, world.council, world.totals)
    _share_out(world.counts, ADOPTERS, world.catchment, world.totals)
    _country(outlook, size, world, luck)
    _tiles(councils, size, world, luck, 0, size.tiles, WIDTH)
    _tiles(catchments, size, world, luck, 0, size.tiles, WIDTH)
    _sum_for_outcomes(size, world, luck)
    _country(outcomes, size, world, luck)


@_compiled
def _sound(values: Any) -> bool:
    """Whether all outcomes of the month are numbers and all sums exact."""
    for slot in range(FIRST_OUTCOME, END_OUTCOMES):
        if not np.isfinite(values[slot]):
            return False
    return bool(values[LEFT_SLOT] == 0.0)


@_compiled
def _keep(month: int, every: int, world: World, chosen: Any, found: Any, window: Any, recorded: Any) -> None:
    """Add the month's outcomes to their windows, and record the windows that end: recorded (outcome, window)."""
    for number in range(len(chosen)):
        slot = chosen[number]
        # Added in the order of months and divided once, as in every engine: another order gives other last bits.
        window[number] += world.country[slot] if slot >= 0 else found[-1 - slot]
        if month % every == 0:
            recorded[number, month // every - 1] = window[number] / float(every)
            window[number] = 0.0


@_compiled
def _keep_year(month: int, world: World, slots: Any, sums: Any, yearly: Any) -> None:
    """Add a twelfth of the month's values to ``sums`` (quantity, tile, lane); yearly (quantity, trust, year)."""
    year = (month - 1) // 12
    if year == yearly.shape[2]:
        return
    for number in range(len(slots)):
        for tile in range(sums.shape[1]):
            for lane in range(WIDTH):
                # Divided before it is added, as in every engine. Sums lie as tiles do: many lanes are added at once.
                sums[number, tile, lane] += world.tiles[tile, slots[number], lane] / 12.0
    if month % 12 == 0:
        for number in range(len(slots)):
            for trust in range(yearly.shape[1]):
                yearly[number, trust, year] = sums[number, trust // WIDTH, trust % WIDTH]
        sums[:] = 0.0


@_written_out
def _run(
    size: RunSize, world: World, seed: int, run: int, months: int, every: int, trusts: int,
    change_months: Any, change_slots: Any, change_values: Any, chosen: Any, slots: Any, ranks: Any, yearly_slots: Any,
    recorded: Any, yearly: Any,
) -> bool:  # fmt: skip
    """Compute one run; return False as soon as another engine has to judge it."""
    _tiles(seat_start, size, world, DrawKey(seed, run, 0), 0, size.tiles, WIDTH)
    counts, found = np.empty(BINS + BINS // ROUGH, np.int64), np.empty(len(slots))
    window, sums = np.zeros(len(chosen)), np.zeros((len(yearly_slots), size.tiles, WIDTH))
    change = 0
    for month in range(1, months + 1):
        while change < len(change_months) and change_months[change] == month:
            world.country[change_slots[change]] = change_values[change]
            change += 1
        luck = DrawKey(seed, run, month)
        _advance(size, world, luck)
        # The array engine computes the run again and says in which month it failed.
        if not _sound(world.country):
            return False
        if len(slots):
            _tiles(bins, size, world, luck, 0, size.tiles, WIDTH)
            _percentiles(world.tiles, trusts, slots, ranks, counts, found)
        _keep(month, every, world, chosen, found, window, recorded)
        _keep_year(month, world, yearly_slots, sums, yearly)
    _tiles(final, size, world, DrawKey(seed, run, months), 0, size.tiles, WIDTH)
    return True


@_compiled
def run_kernel(
    months: int, every: int, trusts: int, size: RunSize, seed: int, runs: Any,
    all_country: Any, all_tiles: Any, all_councils: Any, all_catchments: Any,
    change_months: Any, change_slots: Any, change_values: Any,
    chosen: Any, percentile_slots: Any, percentile_ranks: Any, yearly_slots: Any,
    recorded: Any, left: Any, yearly: Any, block: Any,
) -> None:  # fmt: skip
    """Compute some runs, working on their state in place, and write what is recorded.

    Shapes: all_country (run, slot), all_tiles (run, tile, slot, lane), all_councils and all_catchments (run, tile,
    lane); change_values (change, run); recorded (run, outcome, window); left (run,), runs that another engine has to
    judge; yearly (run, quantity, trust, year). ``chosen`` holds a slot of the country per outcome, or, for a
    percentile, -1 - its number in ``percentile_slots`` (slots of bins, equal ones side by side) and
    ``percentile_ranks``. ``block`` is memory for scratch and the seats of one run (:func:`block_size`).
    """
    scratch: Any = np.int64(block.ctypes.data)
    seats = scratch + SCRATCH_SLOTS * WIDTH * 8
    totals = np.empty((size.groups + 1, len(NEIGHBOURS)), np.int64)
    for position in range(len(runs)):
        tiles = all_tiles[position]
        world = World(
            all_country[position], tiles, tiles.view(np.int64), all_councils[position], all_catchments[position],
            seats, scratch, totals,
        )  # fmt: skip
        went_well = _run(
            size, world, seed, runs[position], months, every, trusts,
            change_months, change_slots, change_values[:, position], chosen, percentile_slots, percentile_ranks,
            yearly_slots, recorded[position], yearly[position],
        )  # fmt: skip
        left[position] = not went_well
