"""Mesa: ``batch_run`` over parameters and replicates, and reporters of one's own.

    python examples/with_mesa.py       (needs the extra: tredegar[mesa])

``batch_run`` takes parameters by name, ``parameter@month`` too. ``months`` ends a run; ``rng`` and ``run`` fix its
luck: run k of one seed is replicate k of ``simulate``. Without ``run``, the iterations of one seed are one and the
same run; with ``"seed": None`` each draws a seed of its own, which the attribute ``seed`` of the model tells.
"""

import pandas as pd
from mesa.batchrunner import batch_run

import tredegar as tg
from tredegar.model.agents.people import Manager

DESIGN = {
    "target_toughness": [0.0, 1.5],
    "run": range(3),
    "rng": 7,
    "months": 48,
    "trusts": 10,
    "clinicians": 5,
}


def fearful(model):
    """Count the managers whose fear is above three tenths."""
    return sum(manager.fear > 0.3 for manager in model.managers)


class Watched(tg.HealthService):
    """A health service that reports what we ask, besides the 102 outcomes."""

    def __init__(self, **kwargs):
        super().__init__(model_reporters={"fearful managers": fearful}, **kwargs)


def batch(**options):
    """Return the last month of each run of the design, a row each."""
    return pd.DataFrame(batch_run(Watched, DESIGN, display_progress=False, **options))


def fear_of_managers():
    """Return the fear of each manager in each month of one run: a table with a column for each manager."""
    fear = {Manager: {"fear": "fear"}}
    model = Watched(target_toughness=1.5, months=48, trusts=10, clinicians=5, rng=7, agenttype_reporters=fear)
    model.run_model()
    return model.datacollector.get_agenttype_vars_dataframe(Manager)["fear"].unstack()


if __name__ == "__main__":
    print(batch().groupby("target_toughness")[["quality", "fearful managers"]].mean().round(3))
    print(f"fear of the ten managers at the end: {fear_of_managers().iloc[-1].round(2).tolist()}")
