"""Layout of the CUDA engine's memory: one description, read as C by the kernel and as dtypes by the host."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ...model.constants import CONSTANTS
from ...model.graph.fields import Field
from ...model.outcomes import PERCENTILES
from ...model.schedule.recording import BINNED, YEARLY
from ...model.schedule.rulebook import BUILT_IN, RuleBook
from .model import COUNTRY_RECORDS, OCCUPIED, TRUST_RECORDS, CudaModel, c_name, cuda_model

BINS = 1024 + 32
# With two such blocks on a multiprocessor each thread has 128 registers, which the clinicians' phase needs.
MOST_THREADS = 256
WARP = 32

_C_NAMES = {"u8": "u64", "u4": "u32", "f8": "double"}
# name, NumPy type, C type where it is a pointer
_ARGUMENTS: tuple[tuple[str, str, str], ...] = (
    ("country", "u8", "u64*"),  # (run, word): Country
    ("trusts", "u8", "double*"),  # (run, warp, quantity, lane)
    ("seats", "u8", "double*"),  # (run, warp, seat, quantity, lane)
    ("occupied", "u8", "u8*"),  # (run, warp, seat, lane)
    ("outcomes", "u8", "double*"),  # (run, window, recorded outcome)
    ("trust_years", "u8", "double*"),  # (run, quantity, year, trust)
    ("slots", "u8", "const u32*"),  # (outcome,) place among the recorded ones
    ("change_month", "u8", "const u32*"),  # (change,)
    ("change_word", "u8", "const u32*"),  # (change,) word of Country
    ("change_values", "u8", "const double*"),  # (change, run)
    *((name, "u4", "") for name in (
        "seed", "trust_count", "stride", "clinicians", "groups", "months", "every", "windows", "recorded",
        "years", "changes", "percentiles",
    )),
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Positions of quantities: words of Country, rows of a trust, rows of a seat, sums of a group; outcomes.

    Percentiles are the last of the outcomes. Of the seats' conditions one has its place apart, whether it is occupied;
    those of own rules are rows like numbers.
    """

    model: CudaModel
    country: tuple[Field, ...]
    trust: tuple[Field, ...]
    seat: tuple[str, ...]
    group_sums: tuple[Field, ...]
    outcomes: tuple[str, ...]

    @property
    def country_words(self) -> int:
        """8-byte words of Country: quantities, outcomes, totals of the window; run, month, month of failure."""
        return len(self.country) + 2 * len(self.outcomes) + 3

    def word(self, record: str, name: str) -> int:
        """Return the word of Country that holds a quantity."""
        return self.country.index((record, name))

    def shared_bytes(self, groups: int) -> int:
        """Return the shared memory of a block, for ``groups`` councils or catchments."""
        return 8 * (self.country_words + len(self.group_sums) * groups) + 4 * len(BINNED) * BINS

    def bytes_per_run(self, trusts: int, clinicians: int, recorded: int, years: int) -> int:
        """Return the device memory that one run takes, what it records included (``recorded``: values)."""
        stride = padded(trusts)
        seats = stride * clinicians * (8 * len(self.seat) + 1)
        return seats + 8 * (stride * (len(self.trust) + len(YEARLY) * years) + self.country_words + recorded)


def padded(trusts: int) -> int:
    """Return ``trusts`` rounded up to whole warps."""
    return (trusts + WARP - 1) // WARP * WARP


def threads_for(trusts: int) -> int:
    """Return the threads of a block: whole warps, every thread with as many trusts as any other, give or take one."""
    # Even turns: a last turn with a few trusts would have the other threads wait at the barrier.
    turns = -(-trusts // MOST_THREADS)
    return padded(-(-trusts // turns))


def layout_of_model(book: RuleBook = BUILT_IN) -> Layout:
    """Return the layout of the model under the rules of ``book``."""
    return _layout_of(book)


@cache
def _layout_of(book: RuleBook) -> Layout:
    model = cuda_model(book)
    country = tuple(place for name in COUNTRY_RECORDS for place in model.kept_in(name))
    seat = tuple(name for _, name in model.kept_in("seat") if name != OCCUPIED)
    outcomes = (*book.monthly, *PERCENTILES)
    return Layout(model, country, model.kept_in(*TRUST_RECORDS), seat, tuple(model.group_sums), outcomes)


def args_dtype() -> np.dtype[np.void]:
    """Return the dtype of the kernel's one argument, laid out as C lays it out."""
    fields = [(name, kind) for name, kind, _ in _ARGUMENTS]
    return np.dtype([*fields, ("constants", [(name, "f8") for name in CONSTANTS])], align=True)


def layout_source(book: RuleBook = BUILT_IN) -> str:
    """Return the C declarations of everything laid out here."""
    at = layout_of_model(book)
    constants = "\n".join(f"  double {name};" for name in CONSTANTS)
    members = "\n".join(
        f"  {'double' if at.model.kind(place) == 'number' else 'i64'} {c_name(*place)};" for place in at.country
    )
    arguments = "\n".join(f"  {pointer or _C_NAMES[kind]} {name};" for name, kind, pointer in _ARGUMENTS)
    first_sum = next(word for word, (record, _) in enumerate(at.country) if record == "country_sums")
    return f"""
struct Constants {{
{constants}
}};

struct Country {{
{members}
  double outcome[{len(at.outcomes)}];
  double window[{len(at.outcomes)}];
  u64 run;
  u64 month;
  u64 failed;
}};

struct Args {{
{arguments}
  Constants constants;
}};

const u32 COUNTRY_WORDS = {at.country_words}u, FIRST_COUNTRY_SUM = {first_sum}u;
const u32 COUNTRY_SUMS = {len(at.model.kept_in("country_sums"))}u, GROUP_SUMS = {len(at.group_sums)}u;
const u32 TRUST_VALUES = {len(at.trust)}u, SEAT_VALUES = {len(at.seat)}u, YEARLY = {len(YEARLY)}u;
const u32 OUTCOMES = {len(at.outcomes)}u, FIRST_PERCENTILE = {len(at.outcomes) - len(PERCENTILES)}u;
const u32 QUANTITIES = {len(BINNED)}u;
static_assert(sizeof(Country) == 8 * COUNTRY_WORDS, "Country is made of 8-byte words");
{_numbers("TRUST", [f"{record}_{name}" for record, name in at.trust])}
{_numbers("SEAT", list(at.seat))}
{_numbers("GROUP", [f"{record}_{name}" for record, name in at.group_sums])}
{_numbers("OUTCOME", list(at.outcomes))}
"""


def _numbers(prefix: str, names: list[str]) -> str:
    numbered = "\n".join(f"  {c_name(prefix, name)} = {number}," for number, name in enumerate(names))
    return f"enum : u32 {{\n{numbered}\n}};"
