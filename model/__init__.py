"""The model: what ministers, managers, clinicians and trusts do, written once as pure rules (docs/model.md).

``HealthService`` and the agents need the extra ``mesa`` and are loaded when first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .constants import CONSTANTS, constants_with
from .outcomes import OUTCOMES, TRUST_RECORDS
from .parameters import PARAMETERS, Parameters

if TYPE_CHECKING:
    from .agents.health_service import HealthService
    from .graph.merkle import rules_hash

__all__ = [
    "CONSTANTS",
    "OUTCOMES",
    "PARAMETERS",
    "TRUST_RECORDS",
    "HealthService",
    "Parameters",
    "constants_with",
    "rules_hash",
]

if not TYPE_CHECKING:  # A checker that saw __getattr__ would let every misspelt name pass.

    def __getattr__(name: str) -> Any:
        if name == "HealthService":
            from .agents.health_service import HealthService

            return HealthService
        if name == "rules_hash":  # it traces all rules: a command that says what it can do need not wait for NumPy
            from .graph.merkle import rules_hash

            return rules_hash
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
