"""Whole runs in compiled code: the months, the sums over councils and catchments, and what is recorded.

The phases come from the rules (``numba_phases``); their order is checked against ``model.month`` by
``tests/test_numba.py``. Functions here are compiled when they are first called, and kept on disk (``numba_cache``, which imports this).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ..model.rules_outcomes import PERCENTILE_BINS, percentile_value
from .numba_layout import LEFT, program, sums_of
from .numba_phases import SCRATCH_SLOTS, phase_call
from .numba_width import WIDTH

PROGRAM = program()
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


def block_size(trusts: int, clinicians: int) -> int:
    """Return how many slots :func:`compute_runs` works on beside the state of country and trusts."""
    return (SCRATCH_SLOTS + -(-trusts // WIDTH) * clinicians * SEAT_SLOTS) * WIDTH


def _group_slots(phase: str, level: str) -> tuple[int, ...]:
    fields = sums_of(PROGRAM.phases[phase], level, "number") + sums_of(PROGRAM.phases[phase], level, "condition")
    return tuple(PROGRAM.trust[field] for field in fields)


PARTNERS = _group_slots("output", "catchment")
NEIGHBOURS = _group_slots("examples", "council")
ADOPTERS = _group_slots("examples", "catchment")

call = {name: phase_call(PROGRAM, name, WIDTH) for name in PROGRAM.phases}
centre, managers, signals, clinicians_phase = call["centre"], call["managers"], call["signals"], call["clinicians"]
output, service, country_phase, examples = call["output"], call["service"], call["country"], call["examples"]
outlook, councils_phase, catchments_phase = call["outlook"], call["councils"], call["catchments"]
outcomes_phase, bins_phase, final_phase, seat_start = call["outcomes"], call["bins"], call["final"], call["seat_start"]
value_of_bin = njit(percentile_value)
_compiled = njit(nogil=True, error_model="numpy")


@_compiled
def _share_out(tiles: Any, slots: Any, group: Any, totals: Any) -> None:
    """Put in each trust's ``slots`` the sums over the trusts of its group; ``tiles`` holds integers."""
    totals[:] = 0
    for tile in range(len(tiles)):
        for lane in range(WIDTH):
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
    for number in range(len(slots)):
        slot, rank = slots[number], ranks[number]
        if number == 0 or slot != slots[number - 1]:
            countable = _count_bins(tiles, slot, trusts, counts)
        if countable:
            found[number] = value_of_bin(_bin_at(counts, rank))
        else:
            values = np.empty(trusts)
            for trust in range(trusts):
                values[trust] = tiles[trust // WIDTH, slot, trust % WIDTH]
            values.sort()
            found[number] = value_of_bin(values[rank])


@_compiled
def _advance(
    country: Any, tiles: Any, tile_counts: Any, seats: Any, memory: Any, council: Any, catchment: Any, totals: Any,
    trusts: int, clinicians: int, seed: int, run: int, month: int,
) -> None:  # fmt: skip
    """Compute one month of one run."""
    whole, rest = trusts // WIDTH, trusts % WIDTH
    end = whole + (1 if rest else 0)
    c, t, s, m = country.ctypes.data, tiles.ctypes.data, seats, memory
    centre(c, t, t, s, s, m, 0, 0, 0, clinicians, seed, run, month)
    for first in range(0, end, TILES):
        last = min(first + TILES, end)
        managers(c, t, t, s, s, m, first, last, WIDTH, clinicians, seed, run, month)
        signals(c, t, t, s, s, m, first, last, WIDTH, clinicians, seed, run, month)
        clinicians_phase(c, t, t, s, s, m, first, last, WIDTH, clinicians, seed, run, month)
        output(c, t, t, s, s, m, first, last, WIDTH, clinicians, seed, run, month)
    _share_out(tile_counts, PARTNERS, catchment, totals)
    # Tiles that are full of trusts, then the last one, some lanes of which may be empty.
    for first in range(0, whole, TILES):
        service(c, t, t, s, s, m, first, min(first + TILES, whole), WIDTH, clinicians, seed, run, month)
    service(c, t, t, s, s, m, whole, end, rest, clinicians, seed, run, month)
    country_phase(c, t, t, s, s, m, 0, 0, 0, clinicians, seed, run, month)
    for first in range(0, whole, TILES):
        examples(c, t, t, s, s, m, first, min(first + TILES, whole), WIDTH, clinicians, seed, run, month)
    examples(c, t, t, s, s, m, whole, end, rest, clinicians, seed, run, month)
    _share_out(tile_counts, NEIGHBOURS, council, totals)
    _share_out(tile_counts, ADOPTERS, catchment, totals)
    outlook(c, t, t, s, s, m, 0, 0, 0, clinicians, seed, run, month)
    councils_phase(c, t, t, s, s, m, 0, end, WIDTH, clinicians, seed, run, month)
    catchments_phase(c, t, t, s, s, m, 0, end, WIDTH, clinicians, seed, run, month)
    outcomes_phase(c, t, t, s, s, m, 0, 0, 0, clinicians, seed, run, month)


@_compiled
def _sound(country: Any) -> bool:
    """Whether all outcomes of the month are numbers and all sums exact."""
    for slot in range(FIRST_OUTCOME, END_OUTCOMES):
        if not np.isfinite(country[slot]):
            return False
    return bool(country[LEFT_SLOT] == 0.0)


@njit(nogil=True, error_model="numpy", cache=True)
def compute_runs(
    months: int, every: int, trusts: int, groups: int, clinicians: int, seed: int, runs: Any,
    all_country: Any, all_tiles: Any, all_councils: Any, all_catchments: Any,
    change_months: Any, change_slots: Any, change_values: Any,
    chosen: Any, percentile_slots: Any, percentile_ranks: Any, yearly_slots: Any,
    recorded: Any, left: Any, yearly: Any, block: Any,
) -> None:  # fmt: skip
    """Compute some runs and write what is recorded.

    Shapes: all_country (run, slot), all_tiles (run, tile, slot, lane), all_councils and all_catchments
    (run, tile, lane), the number of each trust's group, ``groups`` for lanes without a trust; change_values (change, run); recorded (run, outcome, window);
    left (run,), runs that another engine has to judge; yearly (run, quantity, trust, year). ``chosen`` holds a slot of the country per outcome, or, for the
    percentiles, -1 - their number in ``percentile_slots`` (slots of bins, equal ones side by side) and their ranks.
    The state is worked on in place; ``block`` is memory for scratch and the seats of one run.
    """
    tiles_count = all_tiles.shape[1]
    years = yearly.shape[3]
    memory = np.int64(block.ctypes.data)
    seats = memory + SCRATCH_SLOTS * WIDTH * 8
    totals = np.empty((groups + 1, len(NEIGHBOURS)), np.int64)
    counts = np.empty(BINS + BINS // ROUGH, np.int64)
    found = np.empty(len(percentile_slots))
    window = np.empty(len(chosen))
    for position in range(len(runs)):
        country, tiles = all_country[position], all_tiles[position]
        country_counts, tile_counts = country.view(np.int64), tiles.view(np.int64)
        council, catchment, run = all_councils[position], all_catchments[position], np.int64(runs[position])
        c, t = country.ctypes.data, tiles.ctypes.data
        seat_start(c, t, t, seats, seats, memory, 0, tiles_count, WIDTH, clinicians, seed, run, 0)
        window[:] = 0.0
        change = 0
        for month in range(1, months + 1):
            while change < len(change_months) and change_months[change] == month:
                country[change_slots[change]] = change_values[change, position]
                change += 1
            country[MONTH_SLOT] = month
            country_counts[FIRST_SUM:END_SUMS] = 0
            _advance(
                country, tiles, tile_counts, seats, memory, council, catchment, totals, trusts, clinicians, seed, run, month
            )
            if not _sound(country):
                left[position] = True
                break
            if len(percentile_slots):
                bins_phase(c, t, t, seats, seats, memory, 0, tiles_count, WIDTH, clinicians, seed, run, month)
                _percentiles(tiles, trusts, percentile_slots, percentile_ranks, counts, found)
            for number in range(len(chosen)):
                slot = chosen[number]
                window[number] += country[slot] if slot >= 0 else found[-1 - slot]
            if month % every == 0:
                for number in range(len(chosen)):
                    recorded[position, number, month // every - 1] = window[number] / float(every)
                window[:] = 0.0
            year = (month - 1) // 12
            if year < years:
                for number in range(len(yearly_slots)):
                    for trust in range(trusts):
                        value = tiles[trust // WIDTH, yearly_slots[number], trust % WIDTH]
                        yearly[position, number, trust, year] += value / 12.0
        if len(yearly_slots):
            final_phase(c, t, t, seats, seats, memory, 0, tiles_count, WIDTH, clinicians, seed, run, months)
