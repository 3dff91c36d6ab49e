"""SolaraViz: Mesa's own page in the browser, with sliders for levers and a plot month by month.

    pip install "mesa[rec]"            (Mesa 3.3 needs "ipyvuetify<2" as well)
    solara run examples/solara_page.py

A lever works from the next Reset on. `tredegar app` has a page that needs no Solara, whose levers work at once.
"""

from mesa.visualization import Slider, SolaraViz, make_plot_component

import tredegar as tg

LEVERS = ("target_toughness", "sanction_strength", "kaizen_support", "real_control", "mandate_detail")
SIZE = {"trusts": 20, "clinicians": 8, "seed": 7, "months": 240}


def slider(name):
    """Return a slider over the declared range of a parameter, at its default."""
    row = tg.PARAMETERS[name]
    return Slider(name.replace("_", " "), value=row.default, min=row.low, max=row.high, step=0.05)


def lines(**colours):
    """Return a plot of outcomes, which all lie between 0 and 1."""
    return make_plot_component(colours, post_process=lambda axes: axes.set(ylim=(0, 1), xlabel="month"))


page = SolaraViz(
    tg.HealthService(**SIZE),
    components=[
        lines(quality="tab:blue", true_access="tab:green", reported_access="tab:orange"),
        lines(anxiety="tab:red", manager_fear="tab:purple", morale="tab:cyan"),
    ],
    model_params={**SIZE, **{name: slider(name) for name in LEVERS}},
    name="Tredegar",
)
page  # noqa: B018 - Solara shows what the last line names
