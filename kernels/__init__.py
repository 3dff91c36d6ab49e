"""Engines that run the rules over whole batches of runs, bit for bit alike; ``simulate`` is the front door."""

from __future__ import annotations

from ..datasets.call import Failure
from ..model.failed_run import RunFailed
from .batch.memory import projected_bytes
from .engine_table import EngineInfo, engines
from .machine.unavailable import EngineUnavailable
from .simulation import Simulated, simulate

__all__ = [
    "EngineInfo",
    "EngineUnavailable",
    "Failure",
    "RunFailed",
    "Simulated",
    "engines",
    "projected_bytes",
    "simulate",
]
