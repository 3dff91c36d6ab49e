"""Table of the places of the product that make or hand on intervals: the kinds of each, or why it has none.

Who prints a new interval names its kind here, and in results/statistics/interval_kinds.py with the row that covers it.
"""

from __future__ import annotations

from collections.abc import Mapping

COMPARED = (
    "change between sweeps, run by run",
    "change between sweeps of other seeds",
    "change between arms, run by run",
)
CELLS = ("cell of a map of a grid", "cell of a surface")
UNDER_A_MAP = (*CELLS, "words under a map", "turn of a sign")
RAMP = ("level of a ramp", "gap of a ramp")
BOXES = ("share of a given box", "share of a box of PRIM", "box that is printed", "limit that is borne out")
LEAF = ("leaf that is printed",)
LEVERS = ("mean of a setting", "mean regret")
RECORD = ("the record among single histories",)
FILES = tuple(
    f"record in files: {family}"
    for family in (
        "months per event",
        "variation of intervals",
        "median",
        "share in the busiest years",
        "spread between units",
        "rank persistence",
        "worst that stay",
        "bunching",
    )
)
SETTINGS = ("share of settings that meet a target",)
POOLED = ("pooled value of a target",)
MOVES = ("move of an answer", "move that is told")
MEANS = ("mean over a design", "mean under a condition")
SOBOL = ("first-order index", "total-order index", "second-order index")
IDLE_SOBOL = (
    "band of an idle first-order index",
    "band of an idle total-order index",
    "band of pairs that do not interact",
)
MORRIS = ("Morris mu_star", "Morris mu", "band of idle parameters, mu_star")
IDLE_PAWN = (
    "band of idle parameters, median",
    "band of idle parameters, median, of one with shared chance",
    "band of idle parameters, maximum",
)
PAWN = ("PAWN median", *IDLE_PAWN)
DELTA = ("delta", "band of idle parameters, delta")
COEFFICIENTS = ("coefficient of a regression", "band of idle parameters, SRC", "band of idle parameters, SRRC")
SHARES = (
    "total share of a quadratic fit",
    "share of a quadratic fit, alone",
    "band of idle parameters, total_share",
    "band of idle parameters, share",
)
EXPERIMENTS = ("effect of an experiment", "share of a space in a published interval")
CHANCE = ("share of chance in single runs",)
INDICES = (*SOBOL, *IDLE_SOBOL, *MORRIS, *PAWN, *DELTA, *COEFFICIENTS, *SHARES, *CHANCE, "advice on intervals")
VERDICTS = ("share of verdicts", "word of a verdict", "setting that is decided", "by construction")
DENSE = ("box of dense members that is told", "low end of the density of a box")
DIAGRAMS = (
    "share of a phase diagram",
    "turn of a sign in a phase diagram",
    "effect at a place of a phase diagram",
)

PLACES: Mapping[str, tuple[str, ...]] = {
    "observation/files/record_table.py:RecordedTarget": FILES,
    "observation/files/windows.py:RecordWindow": FILES,
    "observation/files/windows.py:jackknife_window": FILES,
    "observation/files/windows.py:median_window": FILES,
    "observation/files/windows.py:share_window": FILES,
    "results/record/search.py:Met": SETTINGS,
    "results/record/search.py:exact_interval": SETTINGS,
    "results/arms/comparison.py": COMPARED,
    "results/arms/comparison.py:compared_rows": COMPARED,
    "results/arms/pairs.py": ("difference of arms at a point",),
    "results/claims/evidence/growth.py:growing_prior": ("share of verdicts",),
    "results/claims/evidence/shares.py": ("share of verdicts",),
    "results/claims/evidence/shares.py:share_intervals": ("share of verdicts", "word of a verdict"),
    "results/claims/pages/report.py:chart_rows": DIAGRAMS,
    "results/claims/pages/tables.py": VERDICTS,
    "results/claims/phases.py:AxisTurn": DIAGRAMS,
    "results/claims/phases.py:chart": DIAGRAMS,
    "results/claims/store.py": VERDICTS,
    "results/claims/verdicts.py": VERDICTS,
    "results/claims/walks.py": RAMP,
    "results/claims/walks.py:walk_words": RAMP,
    "results/discovery/dense_boxes.py": DENSE,
    "results/discovery/dense_boxes.py:DenseBox": DENSE,
    "results/discovery/dense_boxes.py:make_box": DENSE,
    "results/discovery/figure.py:region_table": BOXES,
    "results/discovery/prim.py:chance_of_limit": ("limit that is borne out",),
    "results/discovery/robust.py": LEVERS,
    "results/discovery/robust.py:measure_robustness": LEVERS,
    "results/discovery/scores.py:chance_denser": ("box that is printed",),
    "results/discovery/scores.py:chance_of_share": (*BOXES, *LEAF),
    "results/discovery/scores.py:share_interval": (*BOXES, *LEAF),
    "results/figures/curves.py": ("response at a level", "fan of a third", "convergence"),
    "results/figures/fan_charts.py": ("fan of a third",),
    "results/figures/fan_charts.py:convergence": ("convergence",),
    "results/figures/map_figure.py": CELLS,
    "results/figures/maps.py": CELLS,
    "results/figures/maps.py:map_of": CELLS,
    "results/figures/ramp.py": RAMP,
    "results/figures/ramp.py:draw_hysteresis": RAMP,
    "results/figures/ramp.py:measure_hysteresis": RAMP,
    "results/figures/response_curves.py": ("response at a level",),
    "results/figures/sentence.py": UNDER_A_MAP,
    "results/figures/sentence.py:Change": UNDER_A_MAP,
    "results/figures/sentence.py:sign_turns": UNDER_A_MAP,
    "results/intervals.py:Estimate": MEANS,
    "results/intervals.py:combined": MEANS,
    "results/intervals.py:estimate_by_point": ("difference of arms at a point",),
    "results/intervals.py:estimate_unpaired": ("difference of arms at a point",),
    "results/experiments/findings.py": ("effect of an experiment",),
    "results/experiments/findings.py:SpaceEffects": EXPERIMENTS,
    "results/experiments/findings.py:over_space": EXPERIMENTS,
    "results/experiments/tables.py:effects_table": EXPERIMENTS,
    "front/api/experimenting.py:experiment": EXPERIMENTS,
    "results/record/claims_compared.py": VERDICTS,
    "results/record/model_comparison.py:LeverEffect": ("difference of arms at a point",),
    "results/record/model_comparison.py:lever_effect": ("difference of arms at a point",),
    "results/record/validation.py": (*RECORD, *POOLED),
    "results/record/validation.py:Finding": (*RECORD, *POOLED),
    "results/record/validation.py:PlaceAmong": RECORD,
    "results/record/validation.py:Pooled": POOLED,
    "results/record/validation.py:jackknifed": POOLED,
    "results/report/parts.py:map_picture": CELLS,
    "results/report/report.py": ("response at a level",),
    "results/screening/together.py:EffectsAtOnce": MORRIS,
    "results/screening/together.py:effects_at_once": MORRIS,
    "results/screening/together.py:told_at_once": (*MORRIS, "move that is told"),
    "results/screening/one_at_a_time.py:Moves": MOVES,
    "results/screening/one_at_a_time.py:moves_of": MOVES,
    "results/screening/screened.py": (*MOVES, *MORRIS),
    "results/screening/screened.py:Screened": MOVES,
    "results/screening/tables.py:move_table": (*MOVES, *MORRIS),
    "results/sensitivity/delta.py": DELTA,
    "results/sensitivity/delta.py:DeltaIndices": DELTA,
    "results/sensitivity/figure.py": INDICES,
    "results/sensitivity/figure.py:note_below": INDICES,
    "results/sensitivity/indices.py:seed_shares": CHANCE,
    "results/sensitivity/methods.py": (*PAWN, *DELTA),
    "results/sensitivity/morris.py:MorrisEffects": MORRIS,
    "results/sensitivity/morris.py:morris_effects": MORRIS,
    "results/sensitivity/morris_chance.py": MORRIS,
    "results/sensitivity/morris_chance.py:effects_and_chance": MORRIS,
    "results/sensitivity/pawn.py": PAWN,
    "results/sensitivity/pawn.py:PawnIndices": PAWN,
    "results/sensitivity/pawn.py:pawn_bands": IDLE_PAWN,
    "results/sensitivity/precision.py": ("advice on intervals",),
    "results/sensitivity/precision.py:forecast": ("advice on intervals",),
    "results/sensitivity/precision.py:widest_of": INDICES,
    "results/sensitivity/regression.py": COEFFICIENTS,
    "results/sensitivity/regression.py:RegressionIndices": (*COEFFICIENTS, *SHARES),
    "results/sensitivity/regression.py:regression_indices": (*COEFFICIENTS, *SHARES),
    "results/sensitivity/sobol.py:SobolIndices": SOBOL,
    "results/sensitivity/sobol.py:sobol_indices": SOBOL,
    "results/sensitivity/sobol_chance.py": (*SOBOL, *IDLE_SOBOL),
    "results/sensitivity/sobol_chance.py:sobol_by_name": (*SOBOL, *IDLE_SOBOL),
    "results/sensitivity/table.py:as_idle": INDICES,
    "results/sensitivity/table.py:cell_of": INDICES,
    "results/sensitivity/table.py:chance_in_words": CHANCE,
    "results/sensitivity/table.py:kinds_shown": INDICES,
    "results/sensitivity/table.py:legend_lines": INDICES,
    "results/sensitivity/trace.py": (*INDICES, "points that are enough", "points that would do"),
    "results/shares.py": SHARES,
    "results/shares.py:Shares": SHARES,
    "results/shares.py:shares_with_intervals": SHARES,
    "results/statistics/chance_share.py": CHANCE,
    "results/statistics/false_discoveries.py:told_by_band": ("move that is told",),
    "results/statistics/chance_share.py:ChanceShare": CHANCE,
    "results/statistics/space_shares.py": DIAGRAMS,
    "results/statistics/space_shares.py:Share": DIAGRAMS,
    "results/statistics/space_shares.py:Turn": DIAGRAMS,
    "results/statistics/surface_draws.py": DIAGRAMS,
    "results/statistics/mean_intervals.py": (*MEANS, "change between sweeps of other seeds"),
}
"""Place -> the kinds that it makes or hands on."""

RANGE, RUNS = "the range of a parameter", "the middle of single runs or points, which is described and not estimated"
PUBLISHED = "the interval that was published, from its source"
SURFACE = "the middle of a surface over the space, whose shares have the interval"
NO_INTERVALS: Mapping[str, str] = {
    "datasets/attributes.py:parameter_of": RANGE,
    "front/page/country.py:sliders": RANGE,
    "results/experiments/reading.py": PUBLISHED,
    "results/experiments/records.py:PublishedEffect": PUBLISHED,
    "results/record/cross_section.py": "bounds in which most runs lie",
    "results/record/ledger.py": "the middle of the settings",
    "results/record/search.py:Search": "windows of the record",
    "results/record/search.py:Struck": RANGE,
    "results/claims/phases.py": SURFACE,
    "results/claims/phases.py:Axis": RANGE,
    "results/claims/phases.py:Beside": SURFACE,
    "results/claims/phases.py:axes_of": RANGE,
    "results/claims/verdicts.py:Middle": RUNS,
    "results/claims/walks.py:walk_designs": "an end of a walk",
    "results/discovery/prim.py:Box": RANGE,
    "results/hindcasting/scores.py:forecast_band": "a band of forecasts, whose coverage is counted on what came",
    "results/screening/lever_answers.py:lever_source": "what the two arms of a lever set",
    "results/discovery/regions.py:Limit": RANGE,
    "results/discovery/regions.py:discover": "the threshold of the best or worst fifth of the points",
    "observation/target_table.py:Target": "the window in which the record lies, from its source",
    "datasets/inputs.py": RANGE,
    "datasets/inputs.py:Input": RANGE,
    "datasets/inputs.py:input_of": RANGE,
    "results/statistics/interval_kinds.py": "the registry itself",
    "sweeps/quantities/distributions.py": RANGE,
    "sweeps/quantities/distributions.py:Continuous": RANGE,
    "sweeps/quantities/distributions.py:read_distribution": RANGE,
    "sweeps/spec/design.py": RANGE,
    "sweeps/spec/design.py:Varied": RANGE,
    "sweeps/spec/samplers.py": RANGE,
}
"""Place that has such a name or such a call -> what it is instead."""

WITHOUT_ROWS: frozenset[str] = frozenset()
"""Kinds that were printed before they were simulated, which may only become fewer: no new kind comes without rows."""
