"""Rules that no engine could follow, each with the line that is to be named and what is to be said of it."""

from __future__ import annotations

from typing import NamedTuple

HEAD = """import math, random, time
from typing import NamedTuple
import numpy as np
from tredegar import Own, outcome, rule
from tredegar.model.arithmetic import as_float, clip01, larger, root, select, unfixed
"""
FIRST = HEAD.count("\n") + 1
"""The line of a file of rules at which the text of a bad rule begins."""


class Bad(NamedTuple):
    """A bad rule: its text, the line in it that a refusal names, and words that the refusal must have."""

    text: str
    line: int
    says: tuple[str, ...]


def _gaming(body: str, *says: str, arguments: str = "manager, p", line: int = 2) -> Bad:
    """Return a rule that replaces ``gaming`` and has ``body``; the refusal names ``line`` of it."""
    text = "".join(f"    {each}\n" for each in body.splitlines())
    return Bad(f"@rule\ndef gaming({arguments}):\n{text}", line + 1 if line > 1 else 2, says)


def _added(head: str, *says: str, body: str = "return manager.dread", arguments: str = "manager") -> Bad:
    return Bad(f"@rule({head})\ndef dread({arguments}):\n    {body}\n", 2, says)


OWN = 'Own(0.3, low=0.0, high=1.0, unit="share", meaning="bite")'
STARTS = 'writes="manager.dread", start=0.1'
BAD: dict[str, Bad] = {
    # Functions of libraries, and what asks for plain numbers.
    "math.exp": _gaming("return math.exp(-manager.fear)", "wants a plain number", "model.arithmetic"),
    "np.exp": _gaming("return np.exp(manager.fear)", "np.exp", "model.arithmetic"),
    "np.clip": _gaming("return np.clip(manager.fear, 0.0, 1.0)", "clip", "clip01"),
    "np.maximum": _gaming("return np.maximum(manager.fear, 0.5)", "maximum", "larger"),
    "np.minimum": _gaming("return np.minimum(manager.fear, 0.5)", "minimum", "smaller"),
    "np.tanh": _gaming("return np.tanh(manager.fear)", "np.tanh", "model.arithmetic"),
    "float()": _gaming("return float(manager.fear)", "wants a plain number"),
    "round()": _gaming("return round(manager.fear, 2)", "wants a plain number"),
    "int()": _gaming("return int(manager.fear) * 1.0", "wants a plain number"),
    "np.mean": _gaming("return np.mean(manager.fear)", "mean"),
    "np.where with two": _gaming("return np.where(manager.fear > 0.5)", "where"),
    # Operators that round differently, or mean something else for arrays.
    "power": _gaming("return manager.fear ** 2", "x * x"),
    "remainder": _gaming("return manager.fear % 0.1", "remainder", "model.arithmetic"),
    "whole division": _gaming("return manager.fear // 0.1", "floor_divide"),
    "not equal": _gaming("return select(manager.fear != 0.0, 1.0, 0.0)", "negation(a == b)"),
    "invert": _gaming("return select(~(manager.fear > 0.5), 1.0, 0.0)", "negation(a)"),
    # Branches on data.
    "if": _gaming("if manager.fear > 0.5:\n    return 1.0\nreturn 0.0", "branch", "select"),
    "and": _gaming("return select((manager.fear > 0.5) and (manager.gap > 0.1), 1.0, 0.0)", "branch", "&"),
    "or": _gaming("return select((manager.fear > 0.5) or (manager.gap > 0.1), 1.0, 0.0)", "branch"),
    "not": _gaming("return select(not (manager.fear > 0.5), 1.0, 0.0)", "branch"),
    "min": _gaming("return min(manager.fear, 0.5)", "branch", "smaller"),
    "max": _gaming("return max(manager.fear, 0.5)", "branch", "larger"),
    "chain": _gaming("return select(0.1 < manager.fear < 0.5, 1.0, 0.0)", "branch"),
    "while": _gaming("x = manager.fear\nwhile x > 0.1:\n    x = x * 0.5\nreturn x", "branch", line=3),
    "loop over a value": _gaming("return sum(manager.fear)", "written for one agent"),
    "element": _gaming("return manager.fear[0]", "written for one agent"),
    "type": _gaming("return manager.fear if manager.fear.__class__ is float else 2.0 * manager.fear", "on numbers",
                    line=1),
    # Chance, time and what is kept between calls.
    "random": _gaming("return manager.fear * random.random()", "each time", "luck.u", line=1),
    "np.random": _gaming("return manager.fear * float(np.random.default_rng().random())", "each time", line=1),
    "time": _gaming("return manager.fear * (time.perf_counter_ns() % 1000003)", "mixes", "1.0 for 1"),
    "kept": Bad("kept = [0.0]\n@rule\ndef gaming(manager):\n    kept[0] += 1.0\n    return manager.fear * kept[0]\n", 3,
                ("each time",)),
    "global": Bad("calls = 0.0\n@rule\ndef gaming(manager):\n    global calls\n    calls += 1.0\n"
                  "    return manager.fear * calls\n", 3, ("each time",)),
    # Mutation.
    "assignment": _gaming("manager.fear = 0.5\nreturn 0.1", "assignment to 'manager.fear'", "returns what it changes"),
    "deletion": _gaming("del manager.fear\nreturn 0.1", "deletion of 'manager.fear'"),
    "setattr": _gaming("setattr(manager, 'fear', 0.5)\nreturn 0.1", "assignment to 'manager.fear'"),
    "luck assigned": _gaming("luck.margin = 0.5\nreturn 0.1", "assignment to 'luck.margin'", arguments="manager, luck"),
    # Names.
    "field": _gaming("return manager.feer", "'manager.feer'", "did you mean 'fear'"),
    "parameter": _gaming("return manager.fear * p.my_rate", "'p.my_rate'", "no field of this name"),
    "constant": _gaming("return k.NOPE * manager.fear", "'k.NOPE'", arguments="manager, k"),
    "luck": _gaming("return luck.nope", "'luck.nope'", arguments="manager, luck"),
    "record": _gaming("return seat.morale", "cannot read 'seat'", "it may read", arguments="manager, seat", line=1),
    "sums": _gaming("return unfixed(country_sums.access)", "cannot read 'country_sums'",
                    arguments="manager, country_sums", line=1),
    "name": _gaming("return manager.fear * undefined", "NameError", "undefined"),
    "module attribute": _gaming("return np.nothing(manager.fear)", "AttributeError"),
    "rule": Bad("@rule\ndef gamimg(manager):\n    return manager.fear\n", 2,
                ("no rule 'gamimg'", "did you mean 'gaming'")),
    "place": _added(f'after="feer", {STARTS}', "no rule 'feer'", "did you mean 'fear'"),
    "memory taken": _added('after="fear", writes="manager.gaming", start=0.1', "there already", body="return 0.1"),
    "memory of a nation": _added('after="fear", writes="nation.dread", start=0.1', "no memory", body="return 0.1"),
    "memory elsewhere": _added('after="motivation", writes="manager.dread", start=0.1', "of the seat", "such as"),
    "memory of agents": _added('after="fear", writes="manager.unique_id", start=0.1', "attribute", body="return 0.1"),
    # Arguments and results.
    "no arguments": _gaming("return 0.5", "reads no record", arguments="", line=1),
    "star": _gaming("return 0.5", "plain name of a record", arguments="*records", line=1),
    "default": _gaming("return 0.5", "plain name of a record", arguments="manager=None", line=1),
    "nothing": _gaming("manager.fear", "returns nothing", line=1),
    "record returned": _gaming("return manager", "whole record", line=1),
    "text": _gaming("return 'high'", "type str", line=1),
    "one for several": Bad("@rule\ndef latitude(manager):\n    return manager.fear\n", 2, ("obey", "one value")),
    "other names": Bad("class Two(NamedTuple):\n    a: float\n    b: float\n@rule\ndef latitude(manager):\n"
                       "    return Two(a=manager.fear, b=manager.fear)\n", 5, ("obey", "got a, b")),
    # Kinds.
    "whole number": _gaming("return 1", "a whole number where a float", "1.0 for 1", line=1),
    "condition for a number": _gaming("return manager.fear > 0.5", "a condition where a float", line=1),
    "product of a condition": _gaming("return (manager.fear > 0.5) * manager.gap", "mixes", "convert"),
    "number for a condition": _gaming("return select(manager.fear, 1.0, 0.0)", "a float where a condition"),
    "count": _gaming("return manager.fear + 1", "mixes", "1.0 for 1"),
    "nan": _gaming("return manager.fear * math.nan", "constants are finite"),
    "infinity": _gaming("return larger(manager.fear, math.inf)", "constants are finite"),
    "float32": _gaming("return manager.fear * np.float32(0.5)", "float32"),
    # Unset reads: what nobody has made when the rule runs for the first time.
    "not yet known": _gaming("return trust.demand", "'trust.demand' is not known", "put it after",
                             arguments="manager, trust", line=1),
    "outcome not known": Bad('@outcome(unit="1", meaning="m")\ndef mine(manager):\n    return manager.nothing\n', 3,
                             ("'manager.nothing'",)),
    # Declarations.
    "no start": _added('after="fear", writes="manager.dread"', "'start' is missing"),
    "no place": _added("writes='manager.dread', start=0.1", "'after' is missing"),
    "nan start": _added('after="fear", writes="manager.dread", start=math.nan', "start must be a finite number"),
    "true start": _added('after="fear", writes="manager.dread", start=True', "1.0 for True"),
    "start by no parameter": _added('after="fear", writes="manager.dread", start="bite"', "names no parameter"),
    "writes nothing": _added('after="fear", writes="dread", start=0.1', "'record.field'"),
    "draw taken": _added(f'after="fear", {STARTS}, draws=("margin",)', "there already", "luck.margin"),
    "unit has no luck": Bad('@rule(after="council_view", writes="unit.x", start=0.0, draws=("u",))\n'
                            "def dread(unit):\n    return unit.x\n", 2, ("a unit has no luck",)),
    "after itself": Bad('@rule(after="b", writes="manager.x", start=0.0)\ndef a(manager):\n    return manager.x\n'
                        '@rule(after="a", writes="manager.y", start=0.0)\ndef b(manager):\n    return manager.y\n', 2,
                        ("after itself",)),
    "own parameter taken": Bad(f"@rule(target_level={OWN})\ndef gaming(manager):\n    return manager.fear\n", 2,
                               ("named like a parameter",)),
    "own parameter of another kind": Bad("@rule(bite=0.3)\ndef gaming(manager):\n    return manager.fear\n", 2,
                                         ("must be Own(",)),
    "reversed range": Bad('@rule(bite=Own(0.3, low=1.0, high=0.0, unit="share", meaning="m"))\n'
                          "def gaming(manager):\n    return manager.fear\n", 1, ("low must lie below",)),
    "default outside": Bad('@rule(bite=Own(3.0, low=0.0, high=1.0, unit="share", meaning="m"))\n'
                           "def gaming(manager):\n    return manager.fear\n", 1, ("least <= low <= default",)),
    "outcome taken": Bad('@outcome(unit="1", meaning="m")\ndef quality(trust):\n    return trust.quality\n', 2,
                         ("named like an outcome",)),
    "outcome without unit": Bad('@outcome(meaning="m")\ndef mine(trust):\n    return trust.quality\n', 2, ("a unit",)),
    "outcome of luck": Bad('@outcome(unit="1", meaning="m")\ndef mine(trust, luck):\n    return luck.margin\n', 2,
                           ("cannot read 'luck'",)),
    "two of a name": Bad("@rule\ndef gaming(manager):\n    return manager.fear\nfirst = gaming\n"
                         "@rule(replaces='gaming')\ndef again(manager):\n    return manager.fear\n", 6,
                         ("there already",)),
    "outcome of seats that comes late": Bad('@outcome(unit="1", meaning="m")\ndef mine(seat, trust):\n'
                                            "    return seat.morale * trust.quality\n", 2,
                                            ("'trust.quality' is made after the clinicians' month",)),
    "own parameter that nobody reads": Bad(f"@rule(bite={OWN})\ndef gaming(manager):\n    return manager.fear\n", 2,
                                           ("'bite' is read by no rule",)),
    "own parameter like an argument": Bad(f"@rule(trusts={OWN})\ndef gaming(manager, p):\n    return p.trusts\n", 2,
                                          ("named like a word of specs",)),
    # What catches its refusal, or does otherwise on numbers of some size.
    "caught": _gaming("try:\n    if manager.fear > 0.5:\n        return 1.0\nexcept TypeError:\n    pass\n"
                      "return manager.fear", "catches what refuses it", "branch", line=1),
    "late branch": _gaming("return 1.0 if isinstance(now.month, float) and now.month > 6.0 else manager.fear",
                           "what stands for numbers did not lead it there", arguments="manager, now", line=1),
    "text of a number": _gaming("return 1.0 if str(manager.gaming)[0] == '0' else manager.fear", "on numbers it reads",
                                line=1),
    "whole number made": _gaming("return as_float(select(manager.fear > 0.5, 2, 3))", "whole numbers of one's own",
                                 line=1),
    "fixed point": _gaming("from tredegar.model.arithmetic import fixed\nreturn unfixed(fixed(manager.fear))",
                           "whole numbers of one's own", line=1),
    # Files.
    "no Python": Bad("def gaming(manager:\n    return 1.0\n", 1, ("no Python",)),
    "raises": Bad("raise RuntimeError('on loading')\n", 1, ("cannot be loaded", "on loading")),
}  # fmt: skip
"""Name -> bad rule."""
