"""The Mesa engine: every run of a batch as a ``HealthService`` of agents, one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from mesa import Agent

from ..model.agents.health_service import HealthService
from ..model.constants import CONSTANTS
from ..model.failed_run import RunFailed
from ..model.outcomes import TRUST_RECORDS
from ..model.parameters import PARAMETERS, Parameters
from ..model.schedule.recording import YEARLY, final_trust_records
from ..model.trust_groups import is_event
from .batch.batch import Recorded, RunBatch


def build_run(batch: RunBatch, position: int, checked: bool = False) -> HealthService:
    """Return the model of the run at ``position`` of ``batch``, at month 0."""
    values = {name: float(numbers[position]) for name, numbers in batch.parameters.items()}
    varied = batch.rules.varied_constants
    # What own rules and varied constants add to the parameters.
    added: dict[str, Any] = {
        name: value for name, value in values.items() if name not in PARAMETERS and not is_event(name)
    }
    return HealthService(
        Parameters(**{name: values[name] for name in PARAMETERS}),
        trusts=batch.country.trusts,
        clinicians=batch.country.clinicians,
        seed=batch.seed,
        run=int(batch.runs[position]),
        providers=batch.country.providers,
        constants={name: getattr(batch.constants, name) for name in CONSTANTS if name not in varied},
        changes={
            month: {name: float(numbers[position]) for name, numbers in changed.items()}
            for month, changed in batch.changes.items()
        },
        checked=checked,
        rules=batch.rules,
        **added,
    )


def run_mesa(batch: RunBatch) -> Recorded:
    """Run ``batch`` one run at a time; a run that fails says where.

    Raises whatever is no RunFailed: that is not the run's fault.
    """
    runs, trusts, record = len(batch.runs), batch.country.trusts, batch.record
    outcomes = {name: np.zeros((runs, batch.windows)) for name in record.outcomes}
    trust_records: dict[str, Any] = {}
    if record.trusts:
        yearly, final = (runs, trusts, batch.years), (runs, trusts)
        trust_records = {name: np.zeros(yearly if row.yearly else final) for name, row in TRUST_RECORDS.items()}
    recorded = Recorded(outcomes, trust_records, np.zeros(runs, dtype=np.int64), {})
    for position in range(runs):
        model = build_run(batch, position)
        try:
            _run_one(model, batch, position, recorded)
        except RunFailed as error:
            recorded.failed[position] = model.steps
            recorded.messages[position] = str(error)
        finally:
            # Mesa up to 3.4 counts agents in a table of models, which would keep every model alive.
            getattr(Agent, "_ids", {}).pop(model, None)
    return recorded


def _run_one(model: HealthService, batch: RunBatch, position: int, recorded: Recorded) -> None:
    every = batch.record.every
    window = dict.fromkeys(batch.record.outcomes, 0.0)
    for month in range(1, batch.months + 1):
        model.step()
        for name in window:
            window[name] = window[name] + model.outcomes[name]
            if month % every == 0:
                recorded.outcomes[name][position, month // every - 1] = window[name] / float(every)
                window[name] = 0.0
        year = (month - 1) // 12
        if batch.record.trusts and year < batch.years:
            agents = {"trust": model.trusts, "manager": model.managers}
            for name, (actor, quantity) in YEARLY.items():
                row = recorded.trust_records[name][position, :, year]
                row += np.array([getattr(agent, quantity) / 12.0 for agent in agents[actor]])
    if batch.record.trusts:
        for number, trust in enumerate(model.trusts):
            records = {"trust": trust, "manager": trust.manager, "centre": model.minister, "p": model.p}
            for name, value in final_trust_records(records).items():
                recorded.trust_records[name][position, number] = value
