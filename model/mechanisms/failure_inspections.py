"""Failure regime with inspections: who enters it, when it lets go, and what it brings to those inside.

Own memories, draws and parameters are no fields of the built-in records: arguments that hold some are of type Any.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arithmetic import floor, select, smaller, triangular
from ..constants import Constants
from ..records import Setting, Sums
from ..rules.team import RawOutput, raw_output
from .rivals import Mechanism, Range, Rival, RivalRule


class Inspection(NamedTuple):
    """What inspectors have seen of the trust over time, and whether a visit of this month found it poor."""

    track_record: float
    found_poor: float


def inspection(trust: Any, luck: Any, p: Any) -> Inspection:
    """Inspectors see the worse of quality and access, with error; who is found too low on a visit has failed it."""
    seen = smaller(trust.quality, trust.access) + p.inspection_error * triangular(luck.error_a, luck.error_b)
    visited = luck.visit < p.inspection_rate * (p.inspection_base + p.inspection_intensity)
    return Inspection(
        track_record=trust.track_record + (seen - trust.track_record) / p.track_months,
        found_poor=select(visited & (seen < p.regime_entry_level), 1.0, 0.0),
    )


def inspected_failing(trust: Any, p: Any) -> float:
    """A visit opens the regime; only a re-inspection that is due closes it, and only on a good track record."""
    waited = trust.regime_months - p.reinspection_after
    # The remainder is below one month in one month of each round, whatever the length of a round.
    due = (waited >= 0.0) & (waited - p.reinspection_every * floor(waited / p.reinspection_every) < 1.0)
    leaves = due & (trust.track_record > p.regime_exit_level)
    enters: float = trust.found_poor
    return select(trust.regime_months > 0.5, select(leaves, 0.0, 1.0), enters)


def supported_output(trust: Any, totals: Sums, setting: Setting, p: Any, k: Constants) -> RawOutput:
    """Support for a trust in the regime takes months to tell; without it the output is the built-in one."""
    plain = raw_output(trust, totals, setting, k)
    support = 1.0 + p.regime_support * trust.regime_months / (trust.regime_months + p.regime_support_half)
    return RawOutput(
        raw_access=plain.raw_access * support,
        raw_quality=plain.raw_quality * support,
        raw_integration=plain.raw_integration * support,
    )


_VISITS = {
    "inspection_rate": Range(
        default=0.03, low=0.01, high=0.2, least=0.0, most=1.0, unit="1/month",
        meaning="visits that can open the failure regime, per unit of inspection_base and inspection_intensity",
        source="fit to V31 and V32, with the entry and exit levels",
    ),
    "inspection_base": Range(
        default=0.4, low=0.1, high=1.0, least=0.0, most=10.0, unit="index",
        meaning="inspection intensity that is there without any policy of inspection",
        source="assumption",
    ),
    "inspection_error": Range(
        default=0.015, low=0.0, high=0.1, least=0.0, most=1.0, unit="share",
        meaning="standard deviation of what inspectors see of the worse of quality and access",
        source="assumption",
    ),
    "track_months": Range(
        default=6.0, low=3.0, high=24.0, least=1.0, most=1000.0, unit="months",
        meaning="memory of the track record of what inspectors see",
        source="fit to V32; below the year after which trusts are re-inspected",
    ),
    "regime_entry_level": Range(
        default=0.5, low=0.4, high=0.6, least=0.0, most=1.0, unit="share",
        meaning="what inspectors see of the worse of quality and access below which a trust enters the failure regime",
        source="fit to V31 and V32, with V08 and V26 kept; the level is that of FAILING_LEVEL",
    ),
}  # fmt: skip
_ROUNDS = {
    "reinspection_after": Range(
        default=12.0, low=6.0, high=18.0, least=1.0, most=1000.0, unit="months",
        meaning="months in the failure regime until the first re-inspection",
        source="the intended 12 months (B22); practice of the Care Quality Commission",
    ),
    "reinspection_every": Range(
        default=3.0, low=2.0, high=12.0, least=1.0, most=1000.0, unit="months",
        meaning="months from one re-inspection of a trust in the failure regime to the next",
        source="fit to V31, near the four months that were supposed first",
    ),
    "regime_exit_level": Range(
        default=0.565, low=0.45, high=0.7, least=0.0, most=1.0, unit="share",
        meaning="track record above which a re-inspection ends the failure regime",
        source="fit to V31 and V32, with the visits and the entry level",
    ),
}  # fmt: skip
_SUPPORT = {
    "regime_support": Range(
        default=0.25, low=0.0, high=0.5, least=0.0, most=10.0, unit="share",
        meaning="gain of output that support brings to a trust that stays in the failure regime; 0: none, as built in",
        source="fit to V31; of the mechanism: Fulop et al. 2023",
    ),
    "regime_support_half": Range(
        default=24.0, low=6.0, high=48.0, least=1.0, most=1000.0, unit="months",
        meaning="months in the failure regime after which half of the support is felt",
        source="assumption: about the mean stay (B22)",
    ),
}  # fmt: skip

REGIME = Mechanism(
    name="regime",
    rules=("failing", "raw_output"),
    meaning="a trust is in the failure regime while it has failed for more months than a threshold; nothing but a"
    " better manager comes of it",
    rivals={
        "inspections": Rival(
            name="inspections",
            meaning="a visit that finds the worse of quality and access too low opens the regime; a re-inspection, the"
            " first after a year, closes it on a good track record; support grows with the months inside",
            source="NHS Providers 2017; HSJ 2017 (B22); practice of the Care Quality Commission; Fulop et al. 2023",
            rules=(
                RivalRule(
                    function=inspection, after="adopted", writes=("trust.track_record", "trust.found_poor"),
                    start=(0.66, 0.0), draws=("visit", "error_a", "error_b"), parameters=_VISITS,
                ),
                RivalRule(function=inspected_failing, replaces="failing", parameters=_ROUNDS),
                RivalRule(function=supported_output, replaces="raw_output", parameters=_SUPPORT),
            ),
        )
    },
)  # fmt: skip
