"""The plan of a sweep: its pilot forecasts what a batch takes, whatever compilation and short runs cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tredegar.sweeps.run import pilot, plan
from tredegar.sweeps.run.pilot import run_pilot
from tredegar.sweeps.spec.spec import Spec

from ...support.fake_model import Simulated

TEXT = """
months = {months}
replicates = {replicates}
[country]
trusts = 10
clinicians = 10
[fixed]
"sanction_strength@13" = 0.8
[design]
method = "latin-hypercube"
points = 4000
[vary]
real_control = [0.0, 1.0]
[record]
outcomes = ["quality"]
every = 12
"""
COMPILATION, CALL, RUN = 30.0, 0.002, 0.0004


class Machine:
    """A machine with a clock of its own, on which the model takes known times; the first call compiles."""

    def __init__(self, seats_a_second: float) -> None:
        self.now, self.rate, self.compiled = 0.0, seats_a_second, False
        self.runs: list[int] = []

    def perf_counter(self) -> float:
        return self.now

    def takes(self, runs: int, months: int) -> float:
        return CALL + runs * RUN + runs * months * 100 / self.rate

    def simulate(self, points: Any, replicates: int, months: int, outcomes: Any, every: int, **others: Any) -> Any:
        count = len(next(iter(points.values())))
        assert months % every == 0
        self.now += self.takes(count * replicates, months) + (0.0 if self.compiled else COMPILATION)
        self.compiled = True
        self.runs.append(count * replicates)
        return Simulated({name: np.zeros((count, replicates, months // every), "f4") for name in outcomes})


@pytest.mark.parametrize("rate", [2e4, 1e6, 3e7], ids=["agents", "arrays", "compiled"])
@pytest.mark.parametrize(("months", "replicates"), [(12, 8), (240, 8), (24, 500)])
def test_the_forecast_is_what_a_batch_takes(
    rate: float, months: int, replicates: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(rate)
    monkeypatch.setattr(pilot, "default_simulate", lambda: machine.simulate)
    monkeypatch.setattr(pilot, "time", machine)
    text = TEXT.format(months=months, replicates=replicates)
    spec = Spec.from_text(text if months > 12 else text.replace('"sanction_strength@13"', "solidarity"))
    made = plan.make_plan(spec, "auto", processes=2)
    assert made.pilot is not None
    assert made.seconds is not None
    expected = machine.takes(made.size.points_per_batch * replicates, months)
    assert made.pilot.batch_seconds == pytest.approx(expected, rel=0.2)
    batches = 4000 / made.size.points_per_batch
    assert made.seconds == pytest.approx(batches / 2 * (expected + plan.SECONDS_PER_BATCH), rel=0.3)
    assert machine.now < COMPILATION + 60.0


def test_a_batch_that_is_quickly_done_is_flown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(1e9)
    monkeypatch.setattr(pilot, "default_simulate", lambda: machine.simulate)
    monkeypatch.setattr(pilot, "time", machine)
    spec = Spec.from_text(TEXT.format(months=24, replicates=2))
    flown = run_pilot(spec, "auto", {"real_control": np.linspace(0, 1, 50)}, 50, one_thread=True)
    assert machine.runs[-1] == 100
    assert flown.batch_seconds == pytest.approx(machine.takes(100, 24))
