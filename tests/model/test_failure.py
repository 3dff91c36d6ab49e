"""The failure of a run is the arithmetic of a rule, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mesa")

from tredegar.kernels import RunFailed, simulate
from tredegar.kernels import mesa_engine as engine
from tredegar.model import failed_run
from tredegar.model.agents import health_service
from tredegar.model.agents import people as agents
from tredegar.model.agents.health_service import HealthService
from tredegar.model.agents.scalar import Script, scripts_of
from tredegar.model.schedule import recording
from tredegar.model.schedule.rulebook import BUILT_IN

SCRIPTS: Any = scripts_of(BUILT_IN).follow

SMALL: dict[str, Any] = {
    "replicates": 2, "months": 4, "trusts": 3, "clinicians": 2, "engine": "mesa", "outcomes": ["quality"],
}  # fmt: skip
ARITHMETIC = [
    ZeroDivisionError("float division by zero"), OverflowError("cannot convert float infinity to integer"),
    ValueError("cannot convert float NaN to integer"),
]  # fmt: skip


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def names(error: Exception) -> str:
    return type(error).__name__


def test_there_is_one_class_of_failures_and_it_needs_no_mesa() -> None:
    assert agents.RunFailed is failed_run.RunFailed is RunFailed
    assert issubclass(RunFailed, ArithmeticError)


@pytest.mark.parametrize("error", ARITHMETIC, ids=names)
@pytest.mark.parametrize("phase", SCRIPTS)
def test_arithmetic_that_a_rule_cannot_do_fails_the_run_and_names_month_and_phase(
    phase: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SCRIPTS, phase, Script(SCRIPTS[phase].records, raising(error)))
    out = simulate({}, **SMALL)
    assert [(found.point, found.replicate) for found in out.failures] == [(0, 0), (0, 1)]
    for found in out.failures:
        assert found.message.startswith("month 1: ")
        assert f"'{phase}'" in found.message and found.message.endswith(str(error))
    assert np.isnan(out["quality"]).all()


@pytest.mark.parametrize("error", ARITHMETIC, ids=names)
@pytest.mark.parametrize(
    ("place", "rule"),
    [
        (recording, "service_outcomes"),
        (recording, "centre_outcomes"),
        (health_service, "percentile_bin"),
        (health_service, "percentile_value"),
    ],
    ids=["service_outcomes", "centre_outcomes", "percentile_bin", "percentile_value"],
)
def test_arithmetic_of_the_outcomes_fails_the_run(
    place: ModuleType, rule: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, rule, raising(error))
    (first, _) = simulate({}, **SMALL).failures
    assert first.message == f"month 1: the outcomes cannot be computed: {error}"


def test_a_run_that_fails_later_says_when_and_does_not_stop_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    follow = SCRIPTS["centre"].follow
    done: list[bool] = []

    def third_month(*records: Any) -> None:
        follow(*records)
        if records[SCRIPTS["centre"].records.index("now")].month == 3.0 and not done:
            done.append(True)
            raise ZeroDivisionError("float division by zero")

    monkeypatch.setitem(SCRIPTS, "centre", Script(SCRIPTS["centre"].records, third_month))
    out = simulate({}, **SMALL)
    assert [found.message.partition(":")[0] for found in out.failures] == ["month 3"]
    assert np.isnan(out["quality"][0, 0]).all() and np.isfinite(out["quality"][0, 1]).all()


MACHINE = [
    ValueError("Mesa's agent set is odd"), OverflowError("int too big to convert"), ZeroDivisionError("by zero"),
    OSError("No space left on device"), ImportError("cannot import name"), RuntimeError("can't start new thread"),
    MemoryError("no memory"), TypeError("a fault of ours"),
]  # fmt: skip


@pytest.mark.parametrize("error", MACHINE, ids=names)
@pytest.mark.parametrize(
    ("where", "what"),
    [
        (health_service.DataCollector, "collect"),
        (health_service.LuckOfTheMonth, "deal"),
        (health_service, "build"),
        (engine, "Parameters"),
        (HealthService, "step"),
    ],
    ids=lambda place: getattr(place, "__name__", str(place)),
)
def test_what_mesa_numpy_or_the_machine_raises_is_raised(
    where: Any, what: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, what, raising(error))
    with pytest.raises(type(error), match=str(error)) as raised:
        simulate({}, **SMALL)
    assert not isinstance(raised.value, RunFailed)


@pytest.mark.parametrize("error", [TypeError("a fault of ours"), MemoryError("no memory"), KeyError("x")], ids=names)
def test_what_is_no_arithmetic_is_raised_from_a_rule_too(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCRIPTS, "service", Script(SCRIPTS["service"].records, raising(error)))
    with pytest.raises(type(error)):
        simulate({}, **SMALL)
