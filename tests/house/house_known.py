"""Known offences against the limits of the house, which may only become fewer: tests compare them exactly.

Whoever mends one strikes it here; an empty table is a limit that is kept. Classes and functions are named without
their module, so that a file that moves changes nothing here.
"""

from __future__ import annotations

CROWDED: tuple[str, ...] = ()
"""Folders with more than 14 modules."""

CIRCLES: tuple[tuple[str, ...], ...] = ()
"""Modules that import each other, by the last part of their names."""

NAMES_OF_SEVERAL = (
    *("Asked", "Batch", "Country", "Design", "Failure", "Launch", "Luck", "Phase", "Record", "Region", "Size"),
    *("Step", "asked", "build", "chosen_outcomes", "compare", "compute_runs", "contrast", "count", "discover"),
    *("export", "find", "kind_of", "lead", "main", "page_of", "plain", "program", "register", "run", "run_numbers"),
    *("size", "table_of", "told", "validate", "verdict", "warm_up"),
)
"""Public names that more than one module defines."""

NAMED_AS_MODULES = (
    *("attributes", "claim_designs", "claims", "compact", "compare", "cuda_model", "draw", "engines", "export"),
    *("extend", "failure", "fans", "figure_style", "hysteresis", "layout", "local_workers", "merge"),
    *("named_values", "page", "pending", "plain_streams", "replay", "report", "responses", "root", "scripts"),
    *("security", "select", "sensitivity", "settings_source", "simulate", "slurm_workers", "spec_text"),
    *("statement", "submit", "verify", "warm_up"),
)
"""Public functions that bear the name of a module."""

SHAPES_UNSTATED = (
    *("ArmStore.parameter", "ArmStore.window", "Box.limited", "Effects.score"),
    *("Runs.choose", "advice", "as_markdown"),
    *("asked", "axes_of_map", "bar_panels", "basis", "chance_of_limit", "changes_of"),
    *("chart_dataset", "charts_of", "check_equal", "check_sobol_rows", "chosen", "chosen_outcomes"),
    *("chosen_parameters", "classes_of", "combined", "compare", "contrast", "convergence_picture"),
    *("course_panels", "design_of", "design_of_claim"),
    *("discover", "draw_map", "draw_over_time", "draw_responses", "draw_sensitivity", "export", "failures"),
    *("fan_picture", "fans", "find", "joint_score", "levels_of"),
    *("log_events", "map_panels", "map_picture", "measure_hysteresis", "page_of", "peel", "ran"),
    *("recorded_outcomes", "region", "region_picture", "response_picture", "robustness", "salib_problem"),
    *("sensitivity_pictures", "series_of", "settled_from", "sign_turns", "spec_of", "statement", "status_now"),
    *("steps_of", "strongest", "summary", "thirds", "times_of", "to_csv", "told", "validate"),
    *("varied_parameters", "window", "window_means", "window_of", "write_indices"),
)
"""Public functions that take or return an array and do not state its shape."""

WITHOUT_EXAMPLE: dict[str, tuple[str, ...]] = {
    "of the memory of an engine, which only a loaded batch fills": ("DeviceBatch.arguments", "Results.keep_final"),
    "of an open store, or of a spec, its points and an engine: ten lines of set-up": (
        *("SweepStore.array", "SweepStore.place_of", "SweepStore.read_chunk", "SweepStore.read_points"),
        *("SweepStore.read_status", "SweepStore.read_status_of", "SweepStore.write_batch", "compute_runs"),
    ),
    "runs for a second and longer": ("run_pilot",),
    "results: not yet written": (
        *("ArmStore.parameter", "ArmStore.read", "ArmStore.series", "ArmStore.window", "Box.holds"),
        *("Box.limited", "Effects.effect", "Effects.score", "Runs.choose", "Runs.yearly", "Stored.block"),
        *("Stored.digests", "Stored.place_of", "Surface.at", "Surface.draws", "advice"),
        *("analyze_sensitivity", "arm_columns", "as_markdown", "asked", "at", "axes_of_map", "bar_panels"),
        *("basis", "chance_of_limit", "changes_of", "chart_dataset", "charts_of", "check_equal"),
        *("check_sobol_rows", "check_status", "chosen", "chosen_outcomes", "chosen_parameters"),
        *("classes_of", "combined", "combined_arms", "compare", "complete_points", "conditional_means"),
        *("contrast", "convergence", "convergence_picture", "course_panels", "deciders", "design_at"),
        *("design_of", "design_of_claim", "discover", "draw", "draw_map", "draw_over_time"),
        *("draw_responses", "draw_sensitivity", "elementary_effects", "estimate", "export", "failures"),
        *("fan_picture", "fans", "find", "fit_surface", "fixed_parameters", "joint_score", "levels_of"),
        *("log_events", "lost_runs", "map_of", "map_panels", "map_picture", "measure_hysteresis"),
        *("morris_effects", "most_telling", "open_sweep", "page_of", "pawn_indices", "peel", "ran"),
        *("read_status", "recorded_outcomes", "region", "region_picture", "regression_indices", "rerun_of"),
        *("response_picture", "responses", "robustness", "run_again", "salib_problem", "sample_of", "score"),
        *("seed_share", "seed_share_conf", "sensitivity_pictures", "series_of", "settled_from"),
        *("shares_with_intervals", "sign_turns", "sobol_indices", "space_of", "spec_of", "statement"),
        *("status_now", "steps_of", "strongest", "summary", "thirds", "times_of", "to_csv", "told"),
        *("unstack_grid", "validate", "variance_shares", "varied_parameters", "verdict_dataset", "window"),
        *("window_mean", "window_means", "window_of", "write_indices"),
    ),
}
"""Reason -> public functions of arrays that have no example that runs."""

WAY_BEFORE = {"hops": 37, "functions": 138, "calls": 1740, "named": 21, "parsed": 108, "checked": 2, "columns": 21}
"""The way of mandate_detail at commit a95e1c2, on Python 3.11, before there were sub-folders (see house_hops.Trip)."""

READS_OF_THE_SPEC = 2
"""How often the text of a spec is parsed in a sweep: as the user gives it, and as the store holds it."""
