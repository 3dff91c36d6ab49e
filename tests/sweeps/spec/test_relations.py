"""Groups of factors and correlated inputs: the points are SALib's or a Latin hypercube, what cannot be is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from SALib.sample import morris, sobol
from scipy import stats

from tredegar.sweeps.spec.checks import number_of_points
from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.relations import RankCorrelations
from tredegar.sweeps.spec.sampling import draw_points, problem, sampler_settings
from tredegar.sweeps.spec.spec import Spec

NAMES = ("mandate_detail", "solidarity", "real_control", "target_level")
VARY = "[vary]\n" + "".join(f"{name} = [0.1, 0.9]\n" for name in NAMES).replace(
    "target_level = [0.1", "target_level = [0.8"
)
GROUPS = 'groups = { central = ["mandate_detail", "real_control"] }'
DESIGNS = {
    "sobol": 'method = "sobol"\npoints = 16',
    "sobol, first order": 'method = "sobol"\npoints = 16\nsecond_order = false',
    "morris": 'method = "morris"\ntrajectories = 12\nlevels = 6',
}
HYPERCUBE = 'method = "latin-hypercube"\npoints = {points}\n'
PAIRS = (
    "correlations = { mandate_detail = { solidarity = 0.6, real_control = -0.3 }, solidarity = { target_level = 0.4 } }"
)
GRID = "method = 'grid'\n{}\n[vary]\nreal_control = {{values = [0.2, 0.8]}}\n"


def spec_with(design: str, vary: str = VARY) -> Spec:
    return Spec.from_text(f"seed = 11\n[design]\n{design}\n{vary}")


def correlated(points: int = 400, more: str = PAIRS) -> Spec:
    return spec_with(HYPERCUBE.format(points=points) + more)


def matrix(spec: Spec) -> np.ndarray:
    return np.column_stack(list(draw_points(spec).values()))


def refusal(design: str, vary: str = VARY) -> str:
    with pytest.raises(SpecError) as refused:
        spec_with(design, vary)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("method", DESIGNS)
def test_a_design_in_groups_is_the_sample_of_salib(method: str) -> None:
    spec = spec_with(f"{DESIGNS[method]}\n{GROUPS}")
    described = {**problem(spec.vary), "groups": ["central", "solidarity", "central", "target_level"]}
    assert problem(spec.vary, spec.design.model_dump()["groups"]) == described
    if "morris" in method:
        expected = morris.sample(described, 12, num_levels=6, seed=11)
    else:
        expected = sobol.sample(described, 16, calc_second_order="first" not in method, seed=11)
    assert matrix(spec).tobytes() == np.clip(expected, 0.1, 0.9).tobytes()
    assert number_of_points(spec) == len(expected) < number_of_points(spec_with(DESIGNS[method]))


def test_a_store_is_told_the_groups_and_the_correlations_and_only_where_there_are_some() -> None:
    grouped = json.loads(json.dumps(sampler_settings(spec_with(f"{DESIGNS['sobol']}\n{GROUPS}"))))
    assert grouped["groups"] == {"central": ["mandate_detail", "real_control"]}
    assert "groups" not in sampler_settings(spec_with(DESIGNS["sobol"]))
    assert sampler_settings(correlated())["correlations"]["solidarity"] == {"target_level": 0.4}
    assert "correlations" not in sampler_settings(correlated(more=""))


@pytest.mark.parametrize("design", [f"{DESIGNS['morris']}\n{GROUPS}", HYPERCUBE.format(points=40) + PAIRS])
def test_the_canonical_text_gives_the_spec_back(design: str) -> None:
    spec = spec_with(design)
    assert Spec.from_text(spec.to_toml()) == spec
    again = Spec.from_text(spec.canonical())
    assert (again.hash(), again.canonical()) == (spec.hash(), spec.canonical())
    assert matrix(again).tobytes() == matrix(spec).tobytes()


def test_what_means_the_same_has_one_hash() -> None:
    turned = 'groups = { central = ["real_control", "mandate_detail"] }'
    assert spec_with(f"{DESIGNS['sobol']}\n{GROUPS}").hash() == spec_with(f"{DESIGNS['sobol']}\n{turned}").hash()
    one = correlated(more="correlations = { solidarity = { real_control = 0.5, mandate_detail = 0.0 } }")
    other = correlated(more="correlations = { real_control = { solidarity = 0.5 } }")
    assert one.hash() == other.hash() != correlated(more="").hash()
    assert (
        correlated(more="correlations = { real_control = { solidarity = 0.0 } }").hash() == correlated(more="").hash()
    )


def test_specs_without_groups_and_correlations_keep_the_text_that_they_had() -> None:
    text = spec_with(DESIGNS["sobol"]).canonical()
    assert 'method = "sobol"\npoints = 16\nsecond_order = true\nbeyond_range = false\nseed = 11\n' in text


def test_python_gives_pairs_as_keys() -> None:
    tables = {"method": "latin-hypercube", "points": 40, "correlations": {("solidarity", "real_control"): 0.5}}
    vary = {"solidarity": [0.0, 1.0], "real_control": [0.0, 1.0]}
    written = Spec(design=tables | {"correlations": {"real_control": {"solidarity": 0.5}}}, vary=vary)
    assert Spec(design=tables, vary=vary).hash() == written.hash()


@pytest.mark.parametrize("centred", ["", "centred = true\n"])
def test_correlated_points_are_a_latin_hypercube_with_the_rank_correlations(centred: str) -> None:
    spec, free = correlated(1000, centred + PAIRS), correlated(1000, centred)
    found = matrix(spec)
    assert np.sort(found, axis=0).tobytes() == np.sort(matrix(free), axis=0).tobytes()
    wanted = RankCorrelations.of(NAMES, spec.design.model_dump()["correlations"]).ranks
    assert np.abs(stats.spearmanr(found).statistic - wanted).max() < 0.03
    assert np.abs(stats.spearmanr(matrix(free)).statistic - wanted).max() > 0.5


def test_normal_scores_have_the_correlation_of_the_gaussian_copula() -> None:
    found = stats.norm.ppf((stats.rankdata(matrix(correlated(2000)), axis=0) - 0.5) / 2000)
    expected = 2.0 * np.sin(np.pi * 0.6 / 6.0)
    assert np.corrcoef(found.T)[0, 1] == pytest.approx(expected, abs=0.01)


def test_correlations_that_contradict_each_other_are_refused_with_the_nearest_pair_and_what_is_possible() -> None:
    first = "mandate_detail = { solidarity = 0.9, real_control = -0.5 }"
    near = f"correlations = {{ {first}, solidarity = {{ real_control = 0.1 }} }}"
    said = refusal(HYPERCUBE.format(points=100) + near)
    assert said.startswith(
        "[design.correlations] contradict each other (not positive definite): that of 'mandate_detail'"
    )
    high = float(said.split(" .. ")[1].split()[0])
    pair = said.split("'")[3]
    mended = near.replace({"solidarity": "0.9", "real_control": "-0.5"}[pair], f"{high}")
    assert number_of_points(correlated(100, mended)) == 100


def test_correlations_that_no_single_pair_mends_are_refused_with_the_worst() -> None:
    odd = (
        "correlations = { mandate_detail = { solidarity = -0.9, real_control = -0.9, target_level = -0.9 },"
        " solidarity = { real_control = -0.9, target_level = -0.9 }, real_control = { target_level = -0.9 } }"
    )
    assert "is the worst of several" in refusal(HYPERCUBE.format(points=100) + odd)


@pytest.mark.parametrize(
    ("design", "vary", "said"),
    [
        (
            f"{DESIGNS['sobol']}\n{PAIRS}",
            VARY,
            "a sobol design has no key 'design.correlations': its indices are of indep",
        ),
        (
            f"{DESIGNS['morris']}\n{PAIRS}",
            VARY,
            "a morris design has no key 'design.correlations': its walks change one",
        ),
        (HYPERCUBE.format(points=9) + GROUPS, VARY, "design has no key 'design.groups': its parameters move each by"),
        (GRID.format(GROUPS), "", "a grid design has no key 'design.groups'"),
        (GRID.format(PAIRS), "", "correlations are of latin-hypercube designs"),
        (
            f"{DESIGNS['sobol']}\ngroups = {{a = ['solidarty']}}",
            VARY,
            "which is not varied; did you mean 'solidarity'?",
        ),
        (f"{DESIGNS['sobol']}\ngroups = {{a = ['solidarity'], b = ['solidarity']}}", VARY, "in group 'a' and in 'b'"),
        (f"{DESIGNS['sobol']}\ngroups = {{a = ['solidarity', 'solidarity']}}", VARY, "in group 'a' and in 'a'"),
        (f"{DESIGNS['sobol']}\ngroups = {{solidarity = ['real_control']}}", VARY, "has the name of a parameter"),
        (f"{DESIGNS['sobol']}\ngroups = {{number_of_units = ['real_control']}}", VARY, "has the name of a parameter"),
        (f"{DESIGNS['sobol']}\ngroups = {{all = {list(NAMES)}}}", VARY, "holds all that is varied in one group"),
        (f"{DESIGNS['sobol']}\ngroups = {{'a@3' = ['real_control']}}", VARY, "must have no '@' in its name"),
        (f"{DESIGNS['sobol']}\ngroups = {{a = []}}", VARY, "must list parameters, got []"),
        (f"{DESIGNS['morris']}\ngroups = 3", VARY, "must be a table of lists of parameters, got 3"),
        (HYPERCUBE.format(points=99) + "correlations = {solidarity = 1}", VARY, "must be a table of tables"),
        (
            HYPERCUBE.format(points=99) + "correlations = {solidarity = {x = 0.1}}",
            VARY,
            "names 'x', which is not varied",
        ),
        (HYPERCUBE.format(points=99) + "correlations = {solidarity = {real_control = 1.0}}", VARY, "between -1 and 1"),
        (HYPERCUBE.format(points=99) + "correlations = {solidarity = {solidarity = 0.3}}", VARY, "with itself"),
        (
            HYPERCUBE.format(points=99)
            + "correlations = {solidarity = {real_control = 0.3}, real_control = {solidarity = 0.4}}",
            VARY,
            "stands there twice and differs",
        ),
        (HYPERCUBE.format(points=19) + PAIRS, VARY, "correlations of 4 parameters need at least 20 points, got 19"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(design: str, vary: str, said: str) -> None:
    assert said in refusal(design, vary)
