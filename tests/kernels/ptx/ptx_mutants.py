"""The kernel with one mistake in it each: a barrier gone, a sum that is not atomic, a word not cleared."""

from __future__ import annotations

from tredegar.kernels.cuda_engine.source import kernel_source

_EDITS = {
    "the carry of a sum is lost": ("atomicAdd(&halves[1], high + carry)", "atomicAdd(&halves[1], high)"),
    "the low half of a sum is not added atomically": (
        "const u32 before = atomicAdd(&halves[0], low);",
        "const u32 before = halves[0]; halves[0] = before + low;",
    ),
    "the high half of a sum is not added atomically": (
        "atomicAdd(&halves[1], high + carry);",
        "halves[1] += high + carry;",
    ),
    "a bin is not counted atomically": ("atomicAdd(&bins_of(w, quantity)[bin], 1u)", "bins_of(w, quantity)[bin] += 1u"),
    "a coarse bin is not counted atomically": (
        "atomicAdd(&coarse_bins_of(w, quantity)[bin / BINS_IN_COARSE], 1u)",
        "coarse_bins_of(w, quantity)[bin / BINS_IN_COARSE] += 1u",
    ),
    "a sum is not cleared": ("cell < GROUP_SUMS * w.args.groups;", "cell + 1u < GROUP_SUMS * w.args.groups;"),
    "shared memory is too small": ("cell < GROUP_SUMS * w.args.groups;", "cell < GROUP_SUMS * w.args.groups + 4000u;"),
    "only some threads wait": (
        "compute_outcomes(w);\n  BARRIER();",
        "compute_outcomes(w);\n  if (thread_index() < 32u) BARRIER();",
    ),
    "lanes leave a warp that sums": (
        "trust < w.args.stride; trust += step) serve",
        "trust < w.args.trust_count; trust += step) serve",
    ),
    "padding counts": ("i64 total = active ? units : 0;", "i64 total = units;"),
    "a run writes to its neighbour": (
        "(u64)run_index() * COUNTRY_WORDS + word] = shared_words[word]",
        "(u64)(run_index() ^ 1u) * COUNTRY_WORDS + word] = shared_words[word]",
    ),
    "a month starts with the luck of the last": (
        "philox(trust, (u32)w.country.month, stream",
        "philox(trust, (u32)w.country.month - 1u, stream",
    ),
}


def edited(source: str, old: str, new: str) -> str:
    """Return ``source`` with one edit, which must find its place once."""
    assert source.count(old) == 1, f"the kernel has no single '{old}'"
    return source.replace(old, new)


def mutants() -> dict[str, str]:
    """Return the sources of all mutants by what is wrong with them."""
    source = kernel_source()
    parts = source.split("BARRIER();")
    found = {name: edited(source, *edit) for name, edit in _EDITS.items()}
    for number in range(1, len(parts)):
        without = "BARRIER();".join(parts[:number]) + "BARRIER();".join(parts[number:])
        found[f"barrier {number} is gone"] = without
    return found
