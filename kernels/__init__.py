"""Engines that run the rules over whole batches of runs, bit for bit alike; ``simulate`` is the front door."""

from __future__ import annotations

from .engines import EngineInfo, EngineUnavailable, engines
from .memory import projected_bytes
from .simulate import Failure, Simulated, simulate

__all__ = ["EngineInfo", "EngineUnavailable", "Failure", "Simulated", "engines", "projected_bytes", "simulate"]
