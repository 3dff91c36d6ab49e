"""Groups of trusts: their names and shares, the levers that they have of their own, and the grammar ``lever[group]``.

A group is drawn once per run, by its share, or is listed in the column ``group`` of a providers table. Trusts of no
group are the rest. What a book of rules makes of groups stands in ``model.groups``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from .parameters import Parameter, base_of
from .text.names import real_number
from .text.plain_text import brief

REST = "rest"
"""What the trusts of no group are called; their number is 0, those of groups are 1, 2 and so on."""
MOST_GROUPS = 8
"""An assumption: each adds its own levers, sums and recorded values to every trust."""
BY_GROUP = "_by_group"
"""What is appended to the name of an outcome that is recorded by group."""
MEMBERSHIP = "trust_group"
"""The record of a trust that says its group, by number."""
FREEDOM, REORGANISED, MANAGER_LEAVES = "freedom", "reorganised", "manager_leaves"
EVENTS = (REORGANISED, MANAGER_LEAVES)
"""What happens to a group in one month alone."""
GROUP_ONLY = (FREEDOM, *EVENTS)
"""What can be set for a group, and for nobody else."""
ONLY_BY_GROUP: Mapping[str, Parameter] = MappingProxyType({
    FREEDOM: Parameter(
        name=FREEDOM, symbol=FREEDOM, default=0.0, low=0.0, high=1.0, least=0.0, most=1.0, unit="share", kind="lever",
        actor="Centre's stance and instruments", meaning="share of the centre's control and detail that is lifted",
        source="assumption: what trusts with earned autonomy are freed from",
    ),
    REORGANISED: Parameter(
        name=REORGANISED, symbol=REORGANISED, default=0.0, low=0.0, high=1.0, least=0.0, most=1.0, unit="0 or 1",
        kind="experiment", actor="Politics", meaning="whether the trust's own reorganisation comes in this month",
        source="an experiment: it sets what C12 and M1 leave to chance",
    ),
    MANAGER_LEAVES: Parameter(
        name=MANAGER_LEAVES, symbol=MANAGER_LEAVES, default=0.0, low=0.0, high=1.0, least=0.0, most=1.0, unit="0 or 1",
        kind="experiment", actor="Managers", meaning="whether the manager leaves in this month",
        source="an experiment: it sets what M4 leaves to chance",
    ),
})  # fmt: skip
"""The rows of what can be set for a group, and for nobody else."""
LEVERS_OF_GROUPS = (
    *("target_level", "target_toughness", "sanction_strength", "inspection_intensity", "outcome_payment"),
    *("public_reporting", "failure_regime_clarity", "adoption_incentive", "contractor_use", "reform_preparedness"),
    *("patient_choice", "user_voice", "kaizen_support", "development_support", "protocol_strength"),
    *("displacement_rate", "removal_rate", "recruitment_selectivity"),
)
"""The levers that trusts read by the rules that are built in; of others ``groups.levers`` knows."""
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_FORM = re.compile(r"(?P<lever>[^\[\]]*)\[(?P<group>[^\[\]]*)\]")


class GroupLever(NamedTuple):
    """What the name ``lever[group]`` says: a lever, and the group that has it of its own."""

    lever: str
    group: str

    @property
    def name(self) -> str:
        """The name of the parameter, ``lever[group]``."""
        return f"{self.lever}[{self.group}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustGroups:
    """The groups of a book of rules: ``names`` in order, and what is theirs.

    ``shares`` are the expected shares of trusts, one for each name, each above 0 and at most 1 together; None where a
    providers table lists who belongs. ``levers`` are those that groups have of their own, ``outcomes`` what is recorded
    by group. Raises ValueError for names and shares that cannot be.
    """

    names: tuple[str, ...]
    shares: tuple[float, ...] | None = None
    levers: tuple[GroupLever, ...] = ()
    outcomes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.names:
            if not isinstance(name, str) or not _NAME.fullmatch(name) or name == REST:
                raise ValueError(
                    f"a group must be named by small letters, digits and single underscores, and not '{REST}',"
                    f" got {brief(name)}"
                )
        if not self.names or len(self.names) > MOST_GROUPS or len(set(self.names)) < len(self.names):
            raise ValueError(f"groups must be 1 to {MOST_GROUPS} different names, got {brief(list(self.names))}")
        if self.shares is not None:
            _check_shares(dict(zip(self.names, self.shares, strict=True)))

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of all groups by number, the rest first."""
        return (REST, *self.names)

    def number(self, name: str) -> int:
        """Return the number of group ``name``, counted from 1. Raises ValueError if there is no such group."""
        return self.names.index(name) + 1


def _check_shares(shares: Mapping[str, Any]) -> None:
    for name, share in shares.items():
        number = real_number(share)
        if number is None or not 0.0 < number <= 1.0:
            raise ValueError(f"the share of group '{name}' must be a number above 0 and at most 1, got {brief(share)}")
    # Sums of decimal fractions may end a few units behind 1: ten shares of 0.1 are all trusts.
    if sum(shares.values()) > 1.0 + 1e-9:
        raise ValueError(f"the shares of groups must be at most 1 together, got {sum(shares.values()):g}")


def read_groups(given: Any, outcomes: Iterable[str] | None = None) -> TrustGroups | None:
    """Return the groups that ``given`` says, with the ``outcomes`` that are recorded by group; None for no groups.

    ``given`` is None, names and shares of trusts in a mapping, or the names alone where a providers table has a column
    ``group``; groups themselves are taken as they are. Raises ValueError for anything else.

    >>> read_groups({"treated": 0.15}).labels, read_groups(["north", "south"]).shares
    (('rest', 'treated'), None)
    """
    recorded = (outcomes,) if isinstance(outcomes, str) else tuple(outcomes or ())
    if given is None:
        if recorded:
            raise ValueError(
                "outcomes by group must have groups; give their names and shares, such as {'treated': 0.15}"
            )
        return None
    if isinstance(given, TrustGroups):
        given = given.names if given.shares is None else dict(zip(given.names, given.shares, strict=True))
    if isinstance(given, Mapping):
        shares = tuple(given.values())
        groups = TrustGroups(names=tuple(given), shares=shares, outcomes=recorded)
        return TrustGroups(names=groups.names, shares=tuple(map(float, shares)), outcomes=recorded)
    if isinstance(given, list | tuple):
        return TrustGroups(names=_sorted(given), outcomes=recorded)
    raise ValueError(
        f"groups must be a mapping name -> share, or names of the column 'group' of providers, got {brief(given)}"
    )


def _sorted(names: Iterable[Any]) -> tuple[Any, ...]:
    listed = tuple(names)
    # In the order in which the providers number them; what is no text is refused by its own check.
    return tuple(sorted(listed)) if all(isinstance(name, str) for name in listed) else listed


def group_lever_of(name: object) -> GroupLever | None:
    """Return what ``name``, ``lever[group]`` or ``lever[group]@month``, says; None for another form.

    >>> group_lever_of("target_toughness[treated]@61"), group_lever_of("target_toughness@61")
    (GroupLever(lever='target_toughness', group='treated'), None)
    """
    found = _FORM.fullmatch(base_of(name))
    return GroupLever(found["lever"], found["group"]) if found else None


def is_event(name: object) -> bool:
    """Whether ``name``, with or without a month, is what happens to a group in one month alone.

    >>> is_event("reorganised[treated]@61"), is_event("freedom[treated]")
    (True, False)
    """
    lever = group_lever_of(name)
    return lever is not None and lever.lever in EVENTS


def levers_of_groups(points: Any) -> tuple[str, ...]:
    """Return the names of ``points``, a table or a mapping, that are levers of groups.

    >>> levers_of_groups({"freedom[a]@13": [0.5], "real_control": [0.2]})
    ('freedom[a]',)
    """
    names = [*(points if hasattr(points, "items") else ()), *getattr(points, "coords", ())]
    return tuple(lever.name for lever in group_levers_among(names))


def group_levers_among(names: Iterable[object]) -> tuple[GroupLever, ...]:
    """Return what those of ``names`` that have the form ``lever[group]`` say, each once.

    >>> [lever.name for lever in group_levers_among(["real_control", "freedom[a]", "freedom[a]@13"])]
    ['freedom[a]']
    """
    return tuple(dict.fromkeys(lever for name in names if (lever := group_lever_of(name)) is not None))


def groups_as_text(groups: TrustGroups) -> dict[str, Any]:
    """Return ``groups`` as the plain values that a store keeps in JSON.

    >>> groups_as_text(TrustGroups(names=("treated",), shares=(0.15,)))["shares"]
    [0.15]
    """
    found: dict[str, Any] = json.loads(json.dumps(asdict(groups)))
    return found


def groups_from_text(found: Any) -> TrustGroups:
    """Return the groups that a store carries as ``found``. Raises ValueError for what is none.

    >>> groups_from_text(groups_as_text(TrustGroups(names=("a",), levers=(GroupLever("freedom", "a"),)))).levers
    (GroupLever(lever='freedom', group='a'),)
    """
    try:
        shares = found["shares"]
        return TrustGroups(
            names=tuple(found["names"]),
            shares=None if shares is None else tuple(map(float, shares)),
            levers=tuple(GroupLever(str(lever), str(group)) for lever, group in found["levers"]),
            outcomes=tuple(map(str, found["outcomes"])),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"the groups of a store cannot be read: {brief(str(error))}") from None
