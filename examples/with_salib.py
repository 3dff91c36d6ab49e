"""SALib: its ``ProblemSpec`` samples, Tredegar evaluates, SALib analyses.

    python examples/with_salib.py      (needs the extra: tredegar[sensitivity])

Under common random numbers every row of the sample meets the same random streams, so that the indices are those of the
parameters and not of luck. ``tredegar sweep`` with the design "sobol" and ``tredegar sensitivity`` give the same
indices, for all outcomes and months at once, from a store that no crash can lose.
"""

from SALib import ProblemSpec

import tredegar as tg

NAMES = ("target_toughness", "measurability_quality", "crowding_out")
SIZE = {"replicates": 4, "months": 48, "trusts": 20, "clinicians": 10, "seed": 7}


def quality(sample):
    """Return the quality in the last two years of each row of a sample (rows, parameters), over replicates."""
    runs = tg.simulate(dict(zip(NAMES, sample.T, strict=True)), outcomes=["quality"], dtype="float64", **SIZE)
    return runs["quality"][..., 24:].mean(axis=2).mean(axis=1)


def problem():
    """Return the problem as SALib states it, with the ranges that Tredegar declares."""
    rows = [tg.PARAMETERS[name] for name in NAMES]
    return ProblemSpec({"names": list(NAMES), "bounds": [[row.low, row.high] for row in rows], "outputs": ["quality"]})


def analysed(points=64, seed=1):
    """Return the problem, sampled, evaluated and analysed."""
    sampled = problem().sample_sobol(points, calc_second_order=False, seed=seed)
    return sampled.evaluate(quality).analyze_sobol(calc_second_order=False, seed=seed)


if __name__ == "__main__":
    print(analysed().to_df()[0].round(2))
