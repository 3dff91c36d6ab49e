"""The model in a browser: move the levers of the debate and watch the country month by month.

``solara run tredegar.model.app`` (needs ``pip install "tredegar[app]"``). Sliders, their ranges and their labels come
from the table of parameters. What is shown is one run of a small country: to answer a question, sweep.
"""

from __future__ import annotations

from typing import Any

import solara
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

from .health_service import HealthService
from .outcomes import OUTCOMES
from .parameters import PARAMETERS, Parameters

LEVERS = (
    "real_control",
    "mandate_detail",
    "target_toughness",
    "sanction_strength",
    "inspection_intensity",
    "kaizen_support",
    "method_heterogeneity",
    "local_trap",
    "solidarity",
    "blame_salience",
)
"""The parameters that get a slider: one or two for each position in the debate."""

PLOTS = (
    ("quality", "true_access", "reported_access", "fit"),
    ("real_control_now", "mandate_detail_now", "anxiety", "challenge_share"),
    ("morale", "manager_fear", "psychological_safety", "compliance"),
)
"""Outcomes drawn together."""

TRUSTS, CLINICIANS = 30, 10


class Explorer(HealthService):
    """A small country whose settings are the values of the sliders."""

    def __init__(self, run: int = 0, rng: int = 7, **kwargs: float) -> None:  # SolaraViz looks for this name
        super().__init__(Parameters(**kwargs), trusts=TRUSTS, clinicians=CLINICIANS, seed=rng, run=int(run))


def slider(name: str) -> Slider:
    """Return a slider over the declared range of parameter ``name``."""
    row = PARAMETERS[name]
    label = f"{name.replace('_', ' ')} ({row.unit})"
    return Slider(label, row.default, row.low, row.high, (row.high - row.low) / 50, dtype=float)


@solara.component
def country(model: HealthService) -> Any:
    """Draw the ring of trusts: distance from the middle is true quality, a filled dot is a manager who challenges."""
    update_counter.get()  # drawn again after each step
    figure = Figure(figsize=(5, 3.9), layout="constrained")
    axes = figure.subplots(subplot_kw={"projection": "polar"})
    angles = [6.2832 * trust.number / len(model.trusts) for trust in model.trusts]
    quality = [trust.quality for trust in model.trusts]
    silent = ["none" if manager.challenges < 0.5 else "#d55e00" for manager in model.managers]
    sizes = [60.0 * trust.size for trust in model.trusts]
    axes.scatter(angles, quality, s=sizes, facecolors=silent, edgecolors="#0072b2")
    axes.set(ylim=(0.0, 1.0), xticks=[], yticks=(0.25, 0.5, 0.75, 1.0))
    axes.set_title(f"Quality of {len(model.trusts)} trusts, month {int(model.now.month)}", pad=12, fontsize=10)
    return solara.FigureMatplotlib(figure)


def labelled(names: tuple[str, ...]) -> Any:
    """Return a plot of outcomes over the months, titled with their unit."""

    def finish(axes: Any) -> None:
        units = sorted({OUTCOMES[name].unit for name in names})
        axes.set(xlabel="month", ylabel=" or ".join(units), ylim=(0.0, 1.0))

    return make_plot_component(list(names), post_process=finish)


page = SolaraViz(
    Explorer(),
    components=[country, *(labelled(names) for names in PLOTS)],
    model_params={
        "run": Slider("run (its luck)", 0, 0, 20, 1),
        **{name: slider(name) for name in LEVERS},
    },
    name="Tredegar: how a health service is governed",
)
"""What ``solara run`` shows."""
