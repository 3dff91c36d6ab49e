"""EMA Workbench: its scenarios and policies, run by Tredegar, all experiments in one call.

    python examples/with_ema.py        (needs the extra: tredegar[discovery])

``MODEL`` works with every evaluator of the workbench, one experiment at a time. ``OneCall`` hands all experiments, and
each generation of ``optimize``, to one call of ``simulate``, with the same bits: replicate k has random stream k
everywhere.
"""

import numpy as np
from ema_workbench import Constant, Model, Policy, RealParameter, ScalarOutcome, TimeSeriesOutcome, perform_experiments
from ema_workbench.em_framework.evaluators import BaseEvaluator
from ema_workbench.em_framework.points import experiment_generator

import tredegar as tg

SIZE = {"replicates": 4, "months": 48, "trusts": 20, "clinicians": 10, "seed": 7}


def health_service(**parameters):
    """Return, for each value, the quality at the end and the access month by month."""
    runs = tg.simulate({name: np.atleast_1d(value) for name, value in parameters.items()}, **SIZE)
    return {"quality": runs["quality"][..., -12:].mean(2).mean(1), "access": runs["true_access"].mean(1)}


def one_experiment(**parameters):
    """Return the outcomes of one experiment."""
    return {name: values[0] for name, values in health_service(**parameters).items()}


class OneCall(BaseEvaluator):
    """An evaluator that runs all experiments together."""

    def initialize(self):
        """Nothing to start."""

    finalize = initialize

    def evaluate_experiments(self, scenarios, policies, callback, combine="factorial", **_):
        """Run the experiments and hand back what came out of each."""
        (model,) = self._msis
        experiments = list(experiment_generator(scenarios, [model], policies, combine=combine))
        constants = {constant.name: constant.value for constant in model.constants}
        rows = [{**constants, **each.scenario, **each.policy} for each in experiments]
        outcomes = health_service(**{name: np.array([row[name] for row in rows]) for name in rows[0]})
        for number, experiment in enumerate(experiments):
            model.outcomes_output = {name: values[number] for name, values in outcomes.items()}
            callback(experiment, dict(model.outcomes_output))


def parameters(*names):
    """Return parameters of the workbench with the ranges that Tredegar declares."""
    return [RealParameter(name, tg.PARAMETERS[name].low, tg.PARAMETERS[name].high) for name in names]


MODEL = Model("Tredegar", function=one_experiment)
MODEL.uncertainties = parameters("method_heterogeneity", "solidarity", "crowding_out")
MODEL.levers = parameters("target_toughness", "kaizen_support")
MODEL.constants = [Constant("real_control", 0.8)]
MODEL.outcomes = [ScalarOutcome("quality", kind=ScalarOutcome.MAXIMIZE), TimeSeriesOutcome("access")]
POLICIES = [
    Policy("targets", target_toughness=1.2, kaizen_support=0.1),
    Policy("kaizen", target_toughness=0.3, kaizen_support=0.9),
]

if __name__ == "__main__":
    np.random.seed(1)  # noqa: NPY002 - the workbench draws its scenarios from NumPy's own stream
    experiments, outcomes = perform_experiments(MODEL, scenarios=8, policies=POLICIES, evaluator=OneCall(MODEL))
    by_policy = experiments.assign(quality=outcomes["quality"]).groupby("policy", observed=True)["quality"].mean()
    print(by_policy.round(2).to_string())
