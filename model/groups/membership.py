"""Membership of trusts: who belongs to which group, by a draw of the start or by the table of providers.

The draw is read by nothing else, so that members are the same in every arm of a run number, and whether a trust is one
tells nothing of its size, its staff or its luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arithmetic import as_float, select, unfixed
from ..draws import START_LUCK, Stream, uniforms
from ..providers import Providers, given
from ..schedule.month import Step, Tally
from ..schedule.rulebook import Field
from ..trust_groups import TrustGroups
from .steps import marked_own
from .views import share_field

GROUP: Field = ("trust", "group")
"""The memory of a trust that holds the number of its group."""


def size_field(number: int) -> str:
    """Return the field of the centre that holds the size of group ``number``, the sum over its trusts.

    >>> size_field(0)
    'group_size__0'
    """
    return f"group_size__{number}"


def trusts_field(number: int) -> str:
    """Return the field of the centre that holds how many trusts are in group ``number``.

    >>> trusts_field(0)
    'group_trusts__0'
    """
    return f"group_trusts__{number}"


def drawn_number(uniform: Any, shares: Sequence[float]) -> Any:
    """Return the number of the group that ``uniform``, in [0, 1) and of any shape, falls to; 0.0 for the rest.

    >>> drawn_number(np.array([0.1, 0.2, 0.7]), [0.15, 0.25]).tolist()
    [1.0, 2.0, 0.0]
    """
    ends = np.cumsum(shares).tolist()
    number: Any = 0.0
    for place in range(len(ends), 0, -1):
        number = select(uniform < ends[place - 1], float(place), number)
    return number


def draw_step(groups: TrustGroups) -> Step:
    """Return the step of the start that draws a trust's group; a column of providers stands in for what it gives."""

    def group(trust: Any, luck: Any) -> Any:
        return drawn_number(luck.group, groups.shares or ())

    return Step(marked_own(group), ("trust", "luck"), (GROUP[1],), single=True)


def size_tally(groups: TrustGroups) -> Tally:
    """Return what a trust adds, at the start, to the size and the number of the trusts of each group."""

    def tally_groups(trust: Any) -> tuple[Any, ...]:
        members = [trust.group == float(number) for number in range(len(groups.labels))]
        return *(select(member, trust.size, 0.0) for member in members), *members

    return Tally(marked_own(tally_groups), ("trust",), _size_fields(groups), "country", "country_sums")


def size_step(groups: TrustGroups) -> Step:
    """Return the step of the start in which the centre keeps the size, the trusts and the share of each group."""
    numbers = range(len(groups.labels))
    fields = _size_fields(groups)

    def group_sizes(centre: Any, country_sums: Any, setting: Any) -> tuple[Any, ...]:
        sums = [getattr(country_sums, name) for name in fields]
        sizes = [unfixed(total) for total in sums[: len(numbers)]]
        shares = [size / setting.weight for size in sizes]
        return *sizes, *(as_float(count) for count in sums[len(numbers) :]), *shares

    writes = (*fields, *(share_field(number) for number in numbers))
    return Step(marked_own(group_sizes), ("centre", "country_sums", "setting"), writes, single=False)


def _size_fields(groups: TrustGroups) -> tuple[str, ...]:
    numbers = range(len(groups.labels))
    return (*(size_field(number) for number in numbers), *(trusts_field(number) for number in numbers))


def group_memory(groups: TrustGroups) -> dict[Field, type]:
    """Return the memory that groups need: of trusts their number, of the centre sizes, numbers and shares.

    >>> len(group_memory(TrustGroups(names=("treated",))))
    7
    """
    return {GROUP: float, **{("centre", name): float for name in size_step(groups).writes}}


def check_providers(groups: TrustGroups | None, providers: Providers | None) -> None:
    """Raise ValueError unless ``groups`` and the column ``group`` of ``providers`` say one thing."""
    if groups is None:
        return
    column = None if providers is None else providers.group
    if groups.shares is not None:
        if column is not None:
            raise ValueError(
                "the shares of groups and the column 'group' of the providers table both say who belongs; leave the"
                " shares out, or the column"
            )
        return
    named = ", ".join(groups.names)
    if column is None:
        raise ValueError(
            f"groups {named} must have shares, such as {{ {groups.names[0]} = 0.15 }}, or a providers table with a"
            " column 'group'"
        )
    labels = tuple(sorted(set(column) - {""}))
    if labels != groups.names:
        listed = ", ".join(labels) or "none"
        raise ValueError(
            f"groups must be the labels of the column 'group' of the providers table, {listed}, got {named}"
        )


def group_numbers(
    groups: TrustGroups, providers: Providers | None, seed: int, runs: NDArray[np.uint64], trusts: int
) -> NDArray[np.float64]:
    """Return the number of each trust's group, (run, trust), 0 for the rest; ``runs`` (run,) are numbers of runs.

    >>> group_numbers(TrustGroups(names=("all",), shares=(1.0,)), None, 7, np.arange(2, dtype=np.uint64), 3)
    array([[1., 1., 1.],
           [1., 1., 1.]])
    """
    column = given(providers).get(GROUP)
    if groups.shares is None and column is not None:
        return np.broadcast_to(np.array(column), (len(runs), len(column)))
    numbers = np.arange(trusts, dtype=np.uint64)[None, :]
    words = uniforms(seed, np.asarray(runs, dtype=np.uint64)[:, None], numbers, 0, int(Stream.TRUST_EXTRA))
    drawn = words[START_LUCK[Stream.TRUST_EXTRA].index("group")]
    return np.asarray(drawn_number(drawn, groups.shares or ()))
