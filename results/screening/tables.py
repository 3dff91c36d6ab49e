"""Tables of the screen: every move of every answer, the constants that decide, and the answers with their bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...model.constants import CONSTANTS
from .screened import WORDS, Screened

Cells = tuple[str, ...]
KINDS = {"lever": "effects of levers", "target": "targets of the record", "claim": "effects that claims read"}
"""Kind of an answer -> how several of it are called; another kind is called by its own name."""

DECIDING = (
    *("constant", "value", "one_at_a_time", "all_at_once", "turned", "largest_move_in_bands", "of", "when"),
    *("clipped", "meaning", "source"),
)
"""Columns of the table of constants that decide."""


def move_table(screened: Screened) -> pd.DataFrame:
    """Return every move, a row for each constant, change and answer, in the unit of the answer.

    ``told`` is *moves*, *no* or *cannot be told*; ``turned`` says whether the word of the answer changes with it.
    """
    found = screened.found
    names = ["effect", "effect_low", "effect_high", "told", "turned"]
    table = found[names].to_dataframe().reset_index()
    table = table.merge(found[["setting", "clipped"]].to_dataframe().reset_index(), on=["constant", "change", "value"])
    table = table.merge(found[["own", "band", "word"]].to_dataframe().reset_index(), on=["answer", "kind", "unit"])
    if "mu_star" in found:
        at_once = found[["mu_star", "mu_star_conf", "told_at_once"]].to_dataframe().reset_index()
        at_once["told_at_once"] = at_once["told_at_once"].map(WORDS).fillna("")
        table = table.merge(at_once, on=["constant", "value", "answer", "kind", "unit"])
    table["told"] = table["told"].map(WORDS)
    first = ["constant", "value", "change", "setting", "clipped", "answer", "kind", "unit", "own", "word", "band"]
    return table[[*first, *(name for name in table.columns if name not in first)]]


def deciding_table(screened: Screened) -> pd.DataFrame:
    """Return the constants that decide, those first that move an answer by most bands, and what they move most.

    ``one_at_a_time`` and ``all_at_once`` count the answers that each moves, ``turned`` those whose word changes.
    """
    return pd.DataFrame([_row(screened, name) for name in screened.deciding], columns=list(DECIDING))


def _row(screened: Screened, name: str) -> dict[str, object]:
    one, constant = screened.found.sel(constant=name), CONSTANTS[name]
    bands = abs(one["effect"] / one["band"]).max("change")
    most = int(np.nan_to_num(bands.values, nan=-1.0).argmax())
    change = int(np.nan_to_num(np.abs(one["effect"].isel(answer=most).values)).argmax())
    moved = (one["told"] == 1).any("change")
    at_once = (one["told_at_once"] == 1) if "told_at_once" in one else moved & False
    return {
        "constant": name,
        "value": constant.value,
        "one_at_a_time": int(moved.sum()),
        "all_at_once": int(at_once.sum()),
        "turned": int(one["turned"].any("change").sum()),
        "largest_move_in_bands": float(bands[most]),
        "of": str(one["answer"].values[most]),
        "when": str(one["change"].values[change]),
        "clipped": bool(one["clipped"].any()),
        "meaning": constant.meaning,
        "source": constant.source,
    }


def answer_rows(screened: Screened) -> tuple[Cells, list[Cells]]:
    """Return header and rows, as text, of the answers: value, word, band, and how many constants move each."""
    moves = (screened.found["told"] == 1).any("change")
    untold = ((screened.found["told"] == 0).any("change") & ~moves).sum("constant").values
    header = ("answer", "what is measured", "as the model is", "word", "band", "moved by", "cannot be told")
    rows: list[Cells] = []
    for place, answer in enumerate(screened.answers):
        own = float(screened.found["own"][place])
        cells = (answer.name, answer.says, f"{own:+.3g}" if answer.kind != "target" else f"{own:.3g}", answer.word(own))
        rows.append((*cells, f"{answer.band:.3g}", str(int(moves.values[:, place].sum())), str(int(untold[place]))))
    return header, rows


def deciding_rows(screened: Screened, most: int | None = None) -> tuple[Cells, list[Cells]]:
    """Return header and rows, as text, of the first ``most`` constants that decide, all of them with None."""
    header = ("constant", "value", "answers moved", "all at once", "words turned", "largest move", "of", "what it is")
    rows: list[Cells] = []
    for one in deciding_table(screened).iloc[:most].to_dict("records"):
        largest = f"{one['largest_move_in_bands']:.1f} bands"
        at_once = str(one["all_at_once"]) if "mu_star" in screened.found else "not asked"
        counts = (str(one["one_at_a_time"]), at_once, str(one["turned"]))
        about = f"{one['of']} ({one['when']})"
        rows.append((str(one["constant"]), f"{one['value']:g}", *counts, largest, about, str(one["meaning"])))
    return header, rows


def clipped_constants(screened: Screened) -> Sequence[str]:
    """Return the constants that could not be doubled, as the equations do not accept so much."""
    clipped = screened.found["clipped"].any("change").values
    return [str(name) for name in screened.found["constant"].values[clipped]]


def lead_words(screened: Screened) -> str:
    """Say in a few sentences how many constants decide, how sure that is, and what could not be told."""
    found, count = screened.found, len(screened.deciding)
    told = found["told"].values
    kinds = [f"{(found['kind'] == kind).sum().item()} {KINDS.get(kind, kind)}" for kind in
             dict.fromkeys(found["kind"].values.tolist())]  # fmt: skip
    moved, untold = int((told == 1).sum()), int((told == 0).sum())
    words = (
        f"{count} of {found.sizes['constant']} constants move an answer by more than its band. Screened were "
        f"{' and '.join(kinds)}. Of {told.size:,} moves one at a time {moved:,} are told to be beyond the band, of "
        f"which at most one in twenty is false on average; {untold:,} cannot be told."
    )
    lost = int(np.isnan(found["effect"].values).sum())
    words += f" {lost:,} have no value, as a run failed or nothing happened that could be counted." if lost else ""
    if screened.suspected:
        words += (
            f" Suspected besides, as the interval of a move lies beyond the band if no other were looked at: "
            f"{', '.join(screened.suspected)}."
        )
    clipped = clipped_constants(screened)
    return words + (f" Not doubled, as the equations end before: {', '.join(clipped)}." if clipped else "")


__all__ = ["answer_rows", "clipped_constants", "deciding_rows", "deciding_table", "lead_words", "move_table"]
