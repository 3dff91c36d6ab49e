"""Distributions under [vary]: points are scipy's quantiles of the design's unit sample; what cannot be is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from SALib.sample import sobol
from scipy import stats
from scipy.stats import qmc

from tredegar import Spec, SpecError
from tredegar.store.root_file import read_root
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.relations import with_rank_correlations
from tredegar.sweeps.spec.sampling import draw_points, sampler_settings
from tredegar.sweeps.store.create import create_store, write_skeleton
from tredegar.sweeps.store.store import SweepStore
from tredegar.sweeps.upkeep.extend import extend_store
from tredegar.sweeps.upkeep.repair import points_of

from ...support.fake_model import simulate

HYPERCUBE = {"method": "latin-hypercube", "points": 2000}
SOBOL = {"method": "sobol", "points": 16}
TABLES: dict[str, tuple[dict[str, Any], Any]] = {
    "beta": ({"a": 2, "b": 5}, stats.beta(2.0, 5.0, loc=0.0, scale=1.0)),
    "beta on a part": ({"a": 0.5, "b": 0.5, "low": 0.2, "high": 0.6}, stats.beta(0.5, 0.5, loc=0.2, scale=0.6 - 0.2)),
    "normal": (
        {"mean": 0.5, "sd": 0.2, "low": 0.1, "high": 0.7},
        stats.truncnorm((0.1 - 0.5) / 0.2, (0.7 - 0.5) / 0.2, loc=0.5, scale=0.2),
    ),
    "triangular": (
        {"low": 0.1, "mode": 0.3, "high": 0.9},
        stats.triang((0.3 - 0.1) / (0.9 - 0.1), loc=0.1, scale=0.9 - 0.1),
    ),
    "log-uniform": ({"low": 0.01, "high": 1.0}, stats.loguniform(0.01, 1.0)),
}


def entry(name: str) -> dict[str, Any]:
    return {"distribution": name.split()[0], **TABLES[name][0]}


def spec_of(design: Mapping[str, Any], vary: Mapping[str, Any], **others: Any) -> Spec:
    return Spec(design=design, vary=vary, seed=11, **others)


def refusal(design: Mapping[str, Any], given: Any, name: str = "real_control") -> str:
    with pytest.raises(SpecError) as refused:
        spec_of(design, {name: given})
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


@pytest.mark.parametrize("name", TABLES)
def test_a_latin_hypercube_has_the_quantiles_of_its_unit_sample_to_the_bit(name: str) -> None:
    spec = spec_of(HYPERCUBE, {"real_control": [0.2, 0.8], "solidarity": entry(name)})
    points, frozen = draw_points(spec), TABLES[name][1]
    unit = qmc.LatinHypercube(2, seed=11).random(2000)
    assert points["solidarity"].tobytes() == frozen.ppf(unit[:, 1]).tobytes()
    # What has no distribution is drawn as if nothing had one.
    plain = draw_points(spec_of(HYPERCUBE, {"real_control": [0.2, 0.8], "solidarity": [0.0, 1.0]}))
    assert points["real_control"].tobytes() == plain["real_control"].tobytes()
    assert stats.kstest(points["solidarity"], frozen.cdf).statistic < 1.0 / 2000
    assert stats.kstest(points["solidarity"], "uniform").statistic > 0.05


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("second_order", [True, False])
def test_a_sobol_design_has_the_quantiles_of_saltellis_unit_sample_to_the_bit(name: str, second_order: bool) -> None:
    design = {**SOBOL, "second_order": second_order, "groups": {"g": ["solidarity", "real_control"]}}
    spec = spec_of(design, {"solidarity": entry(name), "real_control": [0.2, 0.8], "mandate_detail": entry(name)})
    described = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1], [0.2, 0.8], [0, 1]]}
    described["groups"] = ["g", "g", "c"]
    rows = sobol.sample(described, 16, calc_second_order=second_order, seed=11)
    frozen, points = TABLES[name][1], draw_points(spec)
    assert points["solidarity"].tobytes() == frozen.ppf(np.ascontiguousarray(rows[:, 0])).tobytes()
    assert points["mandate_detail"].tobytes() == frozen.ppf(np.ascontiguousarray(rows[:, 2])).tobytes()
    assert points["real_control"].tobytes() == np.ascontiguousarray(rows[:, 1]).tobytes()


def test_correlated_quantities_keep_their_distributions_and_have_the_rank_correlation() -> None:
    pairs = {"real_control": {"solidarity": 0.6}}
    design = {**HYPERCUBE, "correlations": pairs}
    points = draw_points(spec_of(design, {"real_control": entry("normal"), "solidarity": entry("beta")}))
    unit = with_rank_correlations(qmc.LatinHypercube(2, seed=11).random(2000), ("real_control", "solidarity"), pairs)
    assert points["solidarity"].tobytes() == TABLES["beta"][1].ppf(unit[:, 1]).tobytes()
    assert stats.kstest(points["real_control"], TABLES["normal"][1].cdf).statistic < 1.0 / 2000
    assert stats.spearmanr(points["real_control"], points["solidarity"]).statistic == pytest.approx(0.6, abs=0.02)


def test_uniform_is_a_range_in_bits_text_and_hash() -> None:
    uniform = spec_of(HYPERCUBE, {"solidarity": {"distribution": "uniform", "low": 0.2, "high": 0.8}})
    plain = spec_of(HYPERCUBE, {"solidarity": [0.2, 0.8]})
    assert uniform == plain and uniform.canonical() == plain.canonical()
    assert "distributions" not in sampler_settings(uniform)


def test_discrete_values_come_as_often_as_their_weights_say_in_ascending_order_of_the_unit_sample() -> None:
    given = {"distribution": "discrete", "values": [0.9, 0.1, 0.5], "weights": [1, 2, 5]}
    points = draw_points(spec_of(HYPERCUBE, {"solidarity": given}))["solidarity"]
    unit = qmc.LatinHypercube(1, seed=11).random(2000)[:, 0]
    law = stats.rv_discrete(values=(range(3), [2 / 8, 5 / 8, 1 / 8]))
    assert points.tobytes() == np.array([0.1, 0.5, 0.9])[law.ppf(unit).astype(int)].tobytes()
    assert dict(zip(*np.unique(points, return_counts=True), strict=True)) == {0.1: 500, 0.5: 1250, 0.9: 250}


def test_equal_weights_are_none_and_the_order_of_values_does_not_count_where_they_are_drawn() -> None:
    one = {"distribution": "discrete", "values": [0.9, 0.1], "weights": [2, 2]}
    other = {"distribution": "discrete", "values": [0.1, 0.9]}
    assert spec_of(HYPERCUBE, {"solidarity": one}) == spec_of(HYPERCUBE, {"solidarity": other})
    assert '{ distribution = "discrete", values = [0.1, 0.9] }' in spec_of(HYPERCUBE, {"solidarity": one}).canonical()


def test_discrete_values_are_the_levels_of_a_grid() -> None:
    grid = {"method": "grid"}
    discrete = spec_of(grid, {"solidarity": {"distribution": "discrete", "values": [0.9, 0.1]}})
    levels = spec_of(grid, {"solidarity": {"values": [0.9, 0.1]}})
    assert discrete == levels and draw_points(discrete)["solidarity"].tolist() == [0.9, 0.1]
    assert sampler_settings(discrete) == sampler_settings(levels)
    assert "levels" not in sampler_settings(levels)


@pytest.mark.parametrize("design", [HYPERCUBE, SOBOL], ids=["latin-hypercube", "sobol"])
def test_text_python_and_store_say_the_same(design: dict[str, Any], tmp_path: Path) -> None:
    vary = {
        name: entry(kind) for name, kind in zip(("solidarity", "real_control", "mandate_detail"), TABLES, strict=False)
    }
    vary["target_level"] = {"distribution": "discrete", "values": [0.8, 0.9], "weights": np.array([1, 3])}
    spec = spec_of(design, vary, months=2, trusts=2, clinicians=2, replicates=1, outcomes=["quality"])
    for again in (
        Spec.from_text(spec.to_toml()),
        Spec.from_text(spec.canonical()),
        Spec.from_stored(spec.canonical(), None),
        spec_of(design, spec.vary, months=2, trusts=2, clinicians=2, replicates=1, outcomes=["quality"]),
    ):
        assert (again.canonical(), again.hash()) == (spec.canonical(), spec.hash())
        assert draw_points(again)["solidarity"].tobytes() == draw_points(spec)["solidarity"].tobytes()
    create_store(spec, tmp_path / "s.zarr")
    facts = json.loads(json.dumps(read_root(tmp_path / "s.zarr")["attributes"]))
    assert facts["tredegar_store"] == 5
    assert facts["sampler"]["bounds"] == [[0.0, 1.0], [0.2, 0.6], [0.1, 0.7], [0.8, 0.9]]
    assert facts["sampler"]["levels"] == {"target_level": [0.8, 0.9]}
    beta = {"distribution": "beta", "a": 2.0, "b": 5.0, "low": 0.0, "high": 1.0}
    assert facts["sampler"]["distributions"]["solidarity"] == beta
    assert facts["sampler"]["distributions"]["target_level"]["weights"] == [1.0, 3.0]
    assert SweepStore(tmp_path / "s.zarr").spec == spec


def test_a_description_names_distributions() -> None:
    spec = spec_of(HYPERCUBE, {"solidarity": entry("beta"), "real_control": entry("log-uniform")})
    assert "solidarity beta (a 2, b 5) on 0 .. 1; real_control log-uniform on 0.01 .. 1" in repr(spec)
    discrete = {"distribution": "discrete", "values": [0.1, 0.9], "weights": [1, 3]}
    assert "solidarity 0.1, 0.9" in repr(spec_of(HYPERCUBE, {"solidarity": discrete}))


def test_a_sobol_design_of_distributions_is_doubled_and_repaired(tmp_path: Path) -> None:
    size = {"months": 2, "trusts": 2, "clinicians": 2, "replicates": 1, "outcomes": ["quality"]}
    vary = {"solidarity": entry("normal"), "real_control": entry("beta")}
    small, large = (spec_of({"method": "sobol", "points": points}, vary, **size) for points in (4, 8))
    complete_sweep(small, tmp_path / "s.zarr", workers=0, simulate=simulate)
    assert extend_store(SweepStore(tmp_path / "s.zarr"), large) == (48, 1)
    store = SweepStore(tmp_path / "s.zarr")
    assert points_of(store, store.spec)["solidarity"].tobytes() == draw_points(large)["solidarity"].tobytes()
    (tmp_path / "s.zarr/solidarity/c.0").write_bytes(b"")
    summary = complete_sweep(large, tmp_path / "s.zarr", workers=0, simulate=simulate)
    assert summary.complete and summary.repaired[0].startswith("solidarity/c.0")
    other = spec_of({"method": "sobol", "points": 16}, {**vary, "solidarity": entry("beta")}, **size)
    with pytest.raises(ValueError, match=r"cannot be extended so: 'solidarity = \{ distribution = \"normal\""):
        extend_store(SweepStore(tmp_path / "s.zarr"), other)


def test_every_value_lies_in_the_range_of_the_distribution_though_scipy_rounds(tmp_path: Path) -> None:
    steep = {"distribution": "normal", "mean": 3.0, "sd": 0.1, "low": 0.1, "high": 0.3}
    for given in (steep, {"distribution": "log-uniform", "low": 1e-9, "high": 0.7}, entry("beta on a part")):
        points = draw_points(spec_of({**HYPERCUBE, "points": 20_000}, {"solidarity": given}))["solidarity"]
        low, high = (given.get(end) for end in ("low", "high"))
        assert low <= points.min() < points.max() <= high
    write_skeleton(spec_of(HYPERCUBE, {"solidarity": steep}), tmp_path / "s.zarr")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"distribution": "betta", "a": 1, "b": 1},
            "unknown distribution 'betta'; did you mean 'beta'? (distribu",
        ),
        ({"distribution": 3}, "unknown distribution 3 (distributions: uniform, beta, normal, triangular, log-uniform,"),
        (
            {"distribution": "beta", "a": 2},
            "vary 'real_control': a beta distribution lacks 'b' (it has a, b, ",
        ),
        ({"distribution": "beta", "a": 2, "b": 0}, "b must be above 0, got 0"),
        ({"distribution": "beta", "a": "2", "b": 1}, "a must be a finite number, got '2'"),
        ({"distribution": "beta", "a": float("nan"), "b": 1}, "a must be a finite number, got nan"),
        ({"distribution": "beta", "a": 2, "b": 1, "sd": 1}, "a beta distribution has no 'sd' (a, b, low, high)"),
        ({"distribution": "beta", "a": 2, "b": 1, "hihg": 1}, "has no 'hihg'; did you mean 'high'?"),
        (
            {"distribution": "normal", "mean": 0.5, "sd": 0.1},
            "vary 'real_control': a normal distribution has no ends of its own: 'real_control' is accepted in 0 .. 1",
        ),
        ({"distribution": "normal", "mean": 0.5, "sd": 0.1, "low": 0.0}, "so give low and high, which cut it off"),
        ({"distribution": "normal", "sd": 0.1}, "a normal distribution lacks 'mean'"),
        ({"distribution": "normal", "mean": 0.5, "sd": -1, "low": 0, "high": 1}, "sd must be above 0, got -1"),
        ({"distribution": "normal", "mean": 1e300, "sd": 1e-9, "low": 0, "high": 1}, "next to nothing to draw from"),
        ({"distribution": "triangular", "low": 0.2, "mode": 0.1, "high": 0.4}, "mode must lie in 0.2 .. 0.4, got 0.1"),
        ({"distribution": "triangular", "low": 0.4, "mode": 0.3, "high": 0.2}, "it is reversed: low 0.4 lies above"),
        ({"distribution": "log-uniform", "low": 0.0, "high": 1.0}, "low must be above 0, got 0"),
        (
            {"distribution": "uniform", "low": 0.5, "high": 0.5},
            "does not vary: low equals high, 0.5; put it",
        ),
        ({"distribution": "uniform", "low": 0.5, "high": 1.5}, "parameter 'real_control' must lie in 0 .. 1"),
        ({"distribution": "beta", "a": 2, "b": 1, "low": -1}, "parameter 'real_control' must lie in 0 .. 1"),
        ({"distribution": "discrete"}, "lacks 'values'; a discrete distribution has values and may have weights"),
        ({"distribution": "discrete", "values": [0.1]}, "values must be a list of 2 to 100000 numbers, got [0.1]"),
        ({"distribution": "discrete", "values": [0.1, 7]}, "parameter 'real_control' must lie in 0 .. 1"),
        ({"distribution": "discrete", "values": [0.1, 0.1]}, "a value is named twice"),
        ({"distribution": "discrete", "values": [0.1, 0.2], "weights": [1]}, "weights must be a list of 2 numbers"),
        ({"distribution": "discrete", "values": [0.1, 0.2], "weights": [1, 0]}, "each of the weights must be above 0"),
        ({"distribution": "discrete", "values": [0.1, 0.2], "weight": [1, 2]}, "did you mean 'weights'?"),
        ({"low": 0.1, "high": 0.2, "distributon": "beta"}, "did you mean 'distribution'?"),
        ({"values": [0.1, 0.2]}, 'levels belong to a grid, or are { distribution = "discrete", values = [...] }'),
    ],
)
def test_what_is_no_distribution_is_refused_in_one_line(given: dict[str, Any], said: str) -> None:
    assert said in refusal(HYPERCUBE, given)


def test_a_distribution_beyond_the_declared_range_needs_beyond_range() -> None:
    given = {"distribution": "triangular", "low": 0.0, "mode": 1.0, "high": 3.0}
    said = refusal(HYPERCUBE, given, "target_toughness")
    assert "set beyond_range = true under [design]" in said
    spec = spec_of({**HYPERCUBE, "beyond_range": True}, {"target_toughness": given})
    assert draw_points(spec)["target_toughness"].max() > 2.5


@pytest.mark.parametrize("name", TABLES)
def test_designs_that_do_not_sample_refuse_a_distribution_by_name_with_what_to_do_instead(name: str) -> None:
    kind = name.split()[0]
    said = refusal({"method": "morris", "trajectories": 4}, entry(name))
    assert f"vary 'real_control' has a {kind} distribution, which a morris design cannot: it goes in equal s" in said
    assert "give [low, high], or take a design that samples, latin-hypercube or sobol" in said
    said = refusal({"method": "grid"}, entry(name))
    assert f"has a {kind} distribution, which a grid design cannot: it has every combination of levels; give" in said


def test_a_grid_refuses_weights_and_morris_single_values() -> None:
    weighted = {"distribution": "discrete", "values": [0.1, 0.2], "weights": [1, 2]}
    assert "has weights, but a grid has all levels equally often" in refusal({"method": "grid"}, weighted)
    del weighted["weights"]
    said = refusal({"method": "morris", "trajectories": 4}, weighted)
    assert "has a discrete distribution, which a morris design cannot" in said
    assert "levels belong to a grid" in refusal({"method": "morris", "trajectories": 4}, {"values": [0.1, 0.2]})
