"""The commented spec that ``tredegar init`` writes."""

from __future__ import annotations

from .samplers import SAMPLERS

_TEXT = """\
# A spec for Tredegar: what is varied, what is fixed, how large the country is and what is recorded.
#
#   tredegar parameters                      what can be fixed and varied, with units and ranges
#   tredegar outcomes                        what can be recorded
#   tredegar sweep SPEC --out STORE --plan   runs, files, bytes and hours, before anything runs
#   tredegar sweep SPEC --out STORE          runs it; the same command again finishes it

name = "my first sweep"
seed = 20130401              # 0 .. 4294967295: of all random streams, and of the sampler unless [design] has one
months = 120
replicates = 4               # repeats of each point, each with another random stream
streams = "common"           # common random numbers: replicate k has stream k at every point;
                             # "independent": every run has its own; "paired": the points of a sample share theirs
# start = "1997-05"          # the year and month of month 1, for results with dates

[country]
trusts = 60
clinicians = 20              # per trust
# providers = "providers.csv"  # real trusts instead: columns code, name, size, council, catchment
                             # [, overlap, group, demand_path@61, money_path@61 ...]

[rules]                      # rules of your own, 'tredegar rules FILE' checks a file; without any, the model as it is
# file = "my_rules.py"

[fixed]                      # parameters that are not at their default
political_responsiveness = 0.0
# "sanction_strength@61" = 0.8 # a lever that changes: this value from the start of month 61 on

[design]
@FIRST@
points = 64
@OTHERS@
# seed = 1                   # the sampler's own seed
# beyond_range = true        # sample outside the declared ranges, as far as the equations go

[vary]
mandate_detail = [0.0, 1.0]                       # a range; under grid {values = [...]} or {low, high, levels}
method_heterogeneity = { low = 0.0, high = 1.5 }
# VOICE_BASE = [0.2, 0.4]                         # a constant of the model
# solidarity = { distribution = "beta", a = 2, b = 5 } # where a design samples; also normal, triangular, log-uniform,
#                                                 # uniform and discrete
# gaming = { values = ["built-in", "my_rules.py:gaming"] } # a choice between rules, as a factor of the design

[constants]                  # structural constants that differ from the model's, for the whole sweep

[record]
# outcomes = ["quality", "true_access"]           # all when left out
every = 1                    # months per recorded value, their mean; 12 = yearly
trusts = false               # true: also what became of each trust
summaries = false            # true: also the sums by which `tredegar validate` holds runs against the record
"""


def _of_design() -> tuple[str, str]:
    """Return the line of the first design method, and those of the others, which are commented out."""
    first, *others = (f'"{name}"'.ljust(20) + f"# {sampler.example}" for name, sampler in SAMPLERS.items())
    return f"method = {first}", "\n".join(f"# method = {line[:18]}{line[20:]}" for line in others)


EXAMPLE = _TEXT.replace("@FIRST@", _of_design()[0]).replace("@OTHERS@", _of_design()[1])
