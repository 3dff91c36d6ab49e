"""Golden values: every engine meets them in every bit, and they change only on purpose."""

from __future__ import annotations

from typing import Any

import pytest

from tredegar.kernels import engines

from ..golden.write import digest, published_digest, run_row, table

PUBLISHED = table("published")
MECHANISMS = table("mechanisms")
DIGESTS = table("digests")
ENGINES = [
    pytest.param(info.name, marks=() if info.available else pytest.mark.skip(reason=f"{info.name} {info.detail}"))
    for info in engines()
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", PUBLISHED.values(), ids=PUBLISHED)
def test_the_published_golden_values_are_met(row: dict[str, Any], engine: str) -> None:
    out = run_row(row, engine)
    single = {
        "quality_first": out["quality"][0, 0, 0],
        "quality_last": out["quality"][0, 0, -1],
        "queue_last": out["queue"][0, 0, -1],
        "real_control_now_last": out["real_control_now"][0, 0, -1],
    }
    assert {name: float(value).hex() for name, value in single.items()} == {name: row[name] for name in single}
    assert published_digest(out) == row["sha256"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", MECHANISMS)
def test_each_mechanism_gives_the_bits_it_always_gave(name: str, engine: str) -> None:
    out = run_row(MECHANISMS[name], engine)
    assert out.failures == ()
    assert digest(out) == DIGESTS[name]


def test_every_mechanism_has_a_digest_of_its_own() -> None:
    assert set(DIGESTS) == set(MECHANISMS)
    assert len(set(DIGESTS.values())) == len(DIGESTS)
