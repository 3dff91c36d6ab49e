"""Rules of one's own: reports are dressed up where the target is in reach, and what was found once warns for a while.

`own_rule.ipynb` sets them against the rule that the model brings; docs/own_rules.md tells how such a file is written.
"""

from tredegar import Own, outcome, rule
from tredegar.model.arithmetic import clip01, larger, saturating, smaller


@rule(
    reach=Own(
        0.05,
        low=0.02,
        high=0.3,
        unit="share",
        meaning="true gap to the target at which dressing up tempts most",
        source="B12: trust-months bunch just above the target; the size of the gap is assumed",
    )
)
def gaming(manager, p, k):
    """Who nearly meets the target is tempted most, who is far from it has little to gain (Bevan and Hood 2006; B12)."""
    steps = manager.true_gap / p.reach
    temptation = 2.0 * steps / (1.0 + steps * steps)  # 1 where the gap is `reach`, falling off on both sides
    wish = p.gaming_propensity * manager.fear * k.GAMING_SCALE * smaller(1.0, p.target_toughness) * temptation
    watched = k.GAMING_WATCH_BASE + k.GAMING_WATCH * p.inspection_intensity
    goal = saturating(wish * (1.0 - clip01(manager.caution)) / watched)
    return manager.gaming + k.GAMING_RATE * (goal - manager.gaming)


@rule(
    after="failure",
    writes="manager.caution",
    start=0.0,
    fading=Own(0.1, low=0.02, high=0.5, unit="per month", meaning="how fast the warning of a finding fades"),
)
def caution(manager, trust, p):
    """A failure that was found and told warns the manager of the trust; the warning fades (assumption)."""
    return larger(trust.found_told, (1.0 - p.fading) * manager.caution)


@outcome(unit="share", meaning="caution among managers")
def mean_caution(manager):
    """How cautious managers are, by the size of their trusts."""
    return manager.caution
