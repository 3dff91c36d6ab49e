"""Generated table of the moments of the record, for docs/evidence.md."""

from __future__ import annotations

from tredegar.observation.counterparts import COUNTERPARTS
from tredegar.observation.target_table import Target, targets

MARKS = {"computed": "computed (by `tredegar observe`)", "compiled": "computed (not repeated)", "published": "found"}
HEADING = "| Id | Moment | Value | Window | Unit | Observed by | Source | Mark |"


def moments() -> str:
    """Return the table of all targets."""
    return "\n".join([HEADING, "|---|---|---|---|---|---|---|---|", *(_row(target) for target in targets().values())])


def _row(target: Target) -> str:
    operator = COUNTERPARTS.get(target.name)
    cells = (
        f'<a id="{target.name}"></a>{target.name}',
        target.quantity,
        f"{target.value:g}",
        f"{target.low:g} to {target.high:g}",
        target.unit,
        operator.meaning if operator else f"nothing: {target.reason}",
        f"{target.source} ({target.evidence})" if target.evidence else target.source,
        MARKS[target.by],
    )
    return f"| {' | '.join(cells)} |"


SECTIONS = {"moments": moments}
