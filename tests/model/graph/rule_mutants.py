"""Mutants of the rules: one mistake each, in the start, a month, sums, percentiles, outcomes, luck and the tables.

Each changes bits of some run. ``SAME`` are rewritings that change none.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tredegar.model

Change = tuple[str, str, str]
"""A file of model/, what it says, and what it says instead."""

MUTANTS: tuple[Change, ...] = (
    # the start
    ("rules/places.py", "setting.trusts / 10.0", "setting.trusts / 5.0"),
    ("rules/places.py", "first_node.c - 1.5", "first_node.c - 1.4"),
    ("rules/places.py", "second_node.a + second_node.b", "first_node.a + second_node.b"),
    ("rules/places.py", "larger(0.2, 1.0 + p.size_spread", "larger(0.1, 1.0 + p.size_spread"),
    ("rules/places.py", "0.5 * p.boundary_mismatch", "0.6 * p.boundary_mismatch"),
    ("rules/places.py", "p.number_of_units + 0.5", "p.number_of_units + 0.4"),
    ("rules/places.py", "(unfixed(country_sums.drawn_size) / setting.trusts)", "unfixed(country_sums.drawn_size)"),
    ("rules/places.py", "shared, whole - shared", "whole - shared, shared"),
    ("rules/places.py", "select(at_home, trust.size, 0.0)", "select(at_home, 0.0, trust.size)"),
    ("rules/places.py", "leverage * engagement / k.UNIT_BEST", "leverage / k.UNIT_BEST * engagement"),
    ("rules/start.py", "zeal=0.5", "zeal=0.4"),
    ("rules/start.py", "pool_skill=0.0", "pool_skill=-0.0"),
    ("rules/start.py", "challenge=p.initial_challenge, compliance=0.6", "challenge=0.0, compliance=0.6"),
    ("rules/start.py", "(place.index + 0.5) / setting.trusts", "place.index / setting.trusts"),
    ("rules/start.py", "luck.morale >= 0.07", "luck.morale > 0.07"),
    ("rules/start.py", "skill=talent,", "skill=k.TAIL_MEAN,"),
    # a month
    ("rules/centre.py", "luck.drift_a + luck.drift_b", "luck.drift_a + luck.error_b"),
    ("rules/centre.py", "p.demand_growth / 12.0", "p.demand_growth / 13.0"),
    ("rules/centre.py", "1.0 - k.ARMS_SOFTENS", "1.0 + k.ARMS_SOFTENS"),
    ("rules/manager.py", "0.5 * council.challenge", "0.25 * council.challenge"),
    (
        "rules/manager.py",
        "manager.fear + k.FEAR_RATE * (fear_goal - manager.fear)",
        "manager.fear + k.FEAR_RATE * fear_goal",
    ),
    ("rules/manager.py", "- k.CHALLENGE_FEAR", "+ k.CHALLENGE_FEAR"),
    ("rules/methods.py", "trust.learning_stock - 0.5", "trust.learning_stock - 0.25"),
    ("rules/methods.py", "manager.reorganised > 0.5", "manager.reorganised < 0.5"),
    ("rules/team.py", "* (0.5 + 0.5 * trust.morale)", "* (0.5 * trust.morale + 0.25)"),
    ("rules/team.py", "trapped=trap_peak > true_peak", "trapped=true_peak > trap_peak"),
    ("rules/team.py", "trust.quality <= nation.quality", "trust.quality < nation.quality"),
    ("rules/clinician.py", "seat.talent < 0.75", "seat.talent < 0.8"),
    ("rules/clinician.py", "(seat.skill - seat.talent) / k.SKILL_MEMORY", "seat.talent / k.SKILL_MEMORY"),
    ("rules/clinician.py", "low * low", "low"),
    ("rules/clinician.py", "luck.fate < remove", "luck.fate <= remove"),
    ("rules/clinician.py", "seat.rehired, larger(0.1", "seat.hired, larger(0.1"),
    ("rules/trust.py", "trust.raw_integration * partners", "partners * partners"),
    ("rules/trust.py", "0.5 * (1.0 - trust.quality)", "0.5 * (1.0 - trust.fit)"),
    ("rules/country.py", "access=unfixed(s.access) / weight", "access=unfixed(s.reported) / weight"),
    ("rules/country.py", "unfixed(total_squared) / count - mean * mean", "unfixed(total_squared) / count - mean"),
    (
        "schedule/month.py",
        "minister.worries,\n        minister.anxiety",
        "minister.anxiety,\n        minister.worries",
    ),
    (
        "schedule/month.py",
        "manager.fear,\n        manager.compliance",
        "manager.compliance,\n        manager.fear",
    ),
    (
        "schedule/month.py",
        '_tally(tallies.tally_neighbours, "council", "council_sums")',
        '_tally(tallies.tally_neighbours, "catchment", "council_sums")',
    ),
    ("schedule/month.py", '_phase("councils", "council", country.council_view),\n', ""),
    # a month: heads of government, tiers, objections, inspections, professions, seasons, pushes, paths
    ("rules/minister.py", "p.head_hazard * led * led", "p.head_hazard * led"),
    ("rules/minister.py", "led + k.HEAD_HALF * k.HEAD_HALF", "led + k.HEAD_HALF"),
    ("rules/minister.py", "| (centre.voted & (luck.party < k.PARTY_CHANGE))", "| centre.voted"),
    ("rules/minister.py", "12.0 * floor(now.month / 12.0)", "12.0 * floor(now.month / 13.0)"),
    ("rules/reorganisation.py", "negation(begins) & (luck.middle < hazard)", "luck.middle < hazard"),
    ("rules/reorganisation.py", "0.5 * (0.5 - trust.overlap)", "0.5 * (trust.overlap - 0.5)"),
    ("rules/reorganisation.py", "manager.months_to_step - 1.0", "manager.months_to_step - 2.0"),
    ("rules/reorganisation.py", "manager.months_to_step == 0.0", "manager.months_to_step >= 0.0"),
    ("rules/manager.py", "1.0 - p.objection_protection", "p.objection_protection"),
    ("rules/turnover.py", "smaller(trust.quality, trust.access)", "smaller(trust.quality, trust.reported)"),
    ("rules/turnover.py", "waited >= 0.0", "waited > 0.0"),
    ("rules/clinician.py", "seat.number < k.NURSE_SHARE", "seat.number <= k.NURSE_SHARE"),
    ("rules/team.py", "1.0 - trust.share_at_work - USUAL_VACANCY", "1.0 - trust.share_at_work"),
    ("rules/team.py", "trust.regime_months / (trust.regime_months", "trust.months_failing / (trust.regime_months"),
    ("rules/trust.py", "0.957, 0.969", "0.969, 0.957"),
    ("rules/trust.py", "p.notch_truth * trust.pushed, reported", "trust.pushed, reported"),
    ("rules/trust.py", "- trust.push_debt", "+ trust.push_debt"),
    ("rules/centre.py", "centre.demand_level * p.demand_path", "centre.demand_level"),
    # sums
    ("rules/tallies.py", "access=size * trust.access", "access=trust.access"),
    ("rules/tallies.py", "at_work - totals.tail - totals.top", "at_work - totals.tail"),
    ("rules/tallies.py", "weight = trust.lead + k.LEAD_PEERS", "weight = k.LEAD_PEERS"),
    ("arithmetic.py", "FIXED_ONE = 4294967296.0", "FIXED_ONE = 2147483648.0"),
    ("arithmetic.py", "MOST_SUM = 2.0**63", "MOST_SUM = 2.0**62"),
    ("arithmetic.py", "return select(b > a, b, a)", "return select(b >= a, b, a)"),
    ("arithmetic.py", "1.0 / (1.0 + distance * distance)", "1.0 / (1.0 + distance)"),
    # percentiles and records
    ("rules/outcomes.py", "PERCENTILE_BINS = 1024.0", "PERCENTILE_BINS = 512.0"),
    ("rules/outcomes.py", "(bin_number + 0.5)", "(bin_number + 0.25)"),
    ("rules/outcomes.py", "(tenths * trusts + 9) // 10", "(tenths * trusts + 8) // 10"),
    ("rules/outcomes.py", "centre.national_optimum + p.method_heterogeneity", "p.method_heterogeneity"),
    ("schedule/recording.py", '"p10": 1', '"p10": 2'),
    (
        "schedule/recording.py",
        '"trust_year_true_access": ("trust", "access")',
        '"trust_year_true_access": ("trust", "wait")',
    ),
    # outcomes
    ("rules/outcomes.py", "gaming_gap=nation.reported - nation.access", "gaming_gap=nation.access - nation.reported"),
    ("rules/outcomes.py", "(1.0 - nation.seen_share) * nation.quality_sd", "nation.seen_share * nation.quality_sd"),
    # luck, tables and settings
    ("draws.py", "ROUNDS = 10", "ROUNDS = 9"),
    ("draws.py", "0xCD9E8D57", "0xCD9E8D59"),
    ("draws.py", '("fate", "origin", "spread_a", "spread_b")', '("origin", "fate", "spread_a", "spread_b")'),
    (
        "providers.py",
        "labels = sorted({*providers.council, *providers.catchment})",
        "labels = sorted({*providers.catchment, *providers.council}, reverse=True)",
    ),
    ("constants.toml", "value = 0.45\n", "value = 0.46\n"),
    ("parameters.toml", "default = 0.55\n", "default = 0.56\n"),
)

SAME: tuple[tuple[Change, ...], ...] = (
    (("rules/clinician.py", "low", "modest"),),
    (("rules/places.py", "node_count", "nodes_of_the_ring"), ("rules/places.py", "between", "in_between")),
    (
        (
            "rules/clinician.py",
            "    tail = seat.at_work & (seat.talent < 0.75)\n    top = seat.at_work & (seat.talent > 1.15)\n",
            "    top = seat.at_work & (seat.talent > 1.15)\n    tail = seat.at_work & (seat.talent < 0.75)\n",
        ),
    ),
    (
        (
            "rules/places.py",
            "    exact = place.position * node_count\n",
            '    """Another docstring."""  # and a comment\n    exact = place.position * node_count\n',
        ),
    ),
    (
        (
            "schedule/month.py",
            "start.centre_start, start.nation_start",
            "start.nation_start, start.centre_start",
        ),
    ),
    (
        (
            "schedule/month.py",
            "centre.arrivals,\n        centre.funding",
            "centre.funding,\n        centre.arrivals",
        ),
    ),
    (("schedule/month.py", "places", "geography"), ("rules/places.py", "", "rules/geography.py")),
)


@contextmanager
def changed_model(folder: Path, changes: tuple[Change, ...]) -> Iterator[str]:
    """Yield the hash of the rules of a copy of model/ with ``changes``; a change to "" renames the file."""
    name = f"mutant_{folder.name}"
    place = folder / name
    shutil.copytree(Path(tredegar.model.__file__).parent, place)
    (place / "__init__.py").write_text("", encoding="utf-8")
    for file, old, new in changes:
        path = place / file
        if not old:
            path.rename(place / new)
            continue
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} no longer says {old!r}"
        path.write_text(text.replace(old, new) if old.isidentifier() else text.replace(old, new, 1), encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        yield str(importlib.import_module(f"{name}.graph.merkle").rules_hash())
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module.partition(".")[0] == name]:
            del sys.modules[module]
