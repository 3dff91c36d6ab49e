"""Luck: the published answers of Philox4x32-10, exact uniforms, draws that depend on their coordinates alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tredegar.model import draws
from tredegar.model.draws import Stream, philox4x32, uniforms

WORDS = st.integers(0, 2**32 - 1)
ONES = 0xFFFFFFFF

# Random123 (Salmon et al. 2011), file kat_vectors: counter, key, output.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
TABLES = [
    draws.START_LUCK,
    draws.NODE_LUCK,
    draws.START_SEAT_LUCK,
    draws.START_CENTRE_LUCK,
    draws.CENTRE_LUCK,
    draws.TRUST_LUCK,
    draws.SEAT_LUCK,
]


def as_words(values: tuple[int, ...]) -> tuple[NDArray[np.uint64], ...]:
    return tuple(np.array([value], dtype=np.uint64) for value in values)


def plain_philox(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """Philox4x32-10 on Python integers, from the paper: a second reading to compare with."""
    c, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 2**32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return tuple(c)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_the_published_answers_are_met(counter: tuple[int, ...], key: tuple[int, int], answer: tuple[int, ...]) -> None:
    first, second = as_words(key)
    assert tuple(int(word[0]) for word in philox4x32(as_words(counter), (first, second))) == answer
    assert plain_philox(counter, key) == answer


@given(st.tuples(WORDS, WORDS, WORDS, WORDS), st.tuples(WORDS, WORDS))
def test_any_block_is_the_one_of_the_paper(counter: tuple[int, ...], key: tuple[int, int]) -> None:
    first, second = as_words(key)
    words = philox4x32(as_words(counter), (first, second))
    assert tuple(int(word[0]) for word in words) == plain_philox(counter, key)


@given(
    key=st.tuples(WORDS, WORDS), trust=WORDS, seat=WORDS, month=st.integers(0, 2**20), stream=st.sampled_from(Stream)
)
def test_a_uniform_is_a_word_over_two_to_the_32(
    key: tuple[int, int], trust: int, seat: int, month: int, stream: Stream
) -> None:
    (run,), (trusts,), (seats,) = (as_words((word,)) for word in (key[1], trust, seat))
    drawn = uniforms(key[0], run, trusts, month, int(stream), seats)
    block = plain_philox((trust, month, int(stream), seat), key)
    assert [float(u[0]) for u in drawn] == [word / 2.0**32 for word in block]
    assert all(u.dtype == np.float64 and 0.0 <= u[0] < 1.0 for u in drawn)


def test_the_largest_word_stays_below_one_and_every_word_is_exact() -> None:
    words = np.array([0, 1, 2**31, 2**32 - 1], dtype=np.uint64)
    made = words.astype(np.float64) * draws.UNIFORM_SCALE
    assert [int(u * 2**32) for u in made] == words.tolist()
    assert made[-1] < 1.0


def test_every_stream_has_a_number_of_its_own() -> None:
    assert len({int(stream) for stream in Stream}) == len(Stream.__members__)
    assert sorted(Stream) == list(range(1, 18))


def test_no_uniform_is_named_for_two_uses() -> None:
    for table in TABLES:
        names = [name for words in table.values() for name in words if name]
        assert all(len(words) == 4 for words in table.values())
        assert len(set(names)) == len(names)


def test_streams_months_agents_runs_and_seeds_differ() -> None:
    def block(
        seed: int = 7, run: int = 0, trust: int = 0, month: int = 1, stream: int = 9, seat: int = 0
    ) -> tuple[float, ...]:
        words = uniforms(seed, as_words((run,))[0], as_words((trust,))[0], month, stream, seat)
        return tuple(float(u[0]) for u in words)

    blocks = [block(), block(seed=8), block(run=1), block(trust=1), block(month=2), block(stream=10), block(seat=1)]
    assert len(set(blocks)) == len(blocks)


@given(runs=st.lists(WORDS, min_size=1, max_size=4), agents=st.lists(WORDS, min_size=1, max_size=5))
def test_a_draw_does_not_depend_on_what_is_drawn_beside_it(runs: list[int], agents: list[int]) -> None:
    run, agent = np.array(runs, dtype=np.uint64)[:, None], np.array(agents, dtype=np.uint64)[None, :]
    together = uniforms(3, run, agent, 5, 11)
    for i, one_run in enumerate(runs):
        for j, one_agent in enumerate(agents):
            alone = uniforms(3, as_words((one_run,))[0], as_words((one_agent,))[0], 5, 11)
            assert [float(u[i, j]) for u in together] == [float(u[0]) for u in alone]


def test_drawing_leaves_its_counters_and_keys_alone() -> None:
    run, agent = np.arange(3, dtype=np.uint64)[:, None], np.arange(4, dtype=np.uint64)[None, :]
    uniforms(3, run, agent, 5, 11)
    assert run[:, 0].tolist() == [0, 1, 2]
    assert agent[0].tolist() == [0, 1, 2, 3]


def test_uniforms_of_many_agents_look_uniform() -> None:
    """A coarse check that words are neither swapped nor stuck; the quality of Philox itself is published."""
    drawn = np.array(uniforms(1, as_words((2,))[0], np.arange(100_000, dtype=np.uint64), 3, 11))
    assert np.all(np.abs(drawn.mean(axis=1) - 0.5) < 5 * np.sqrt(1 / 12 / 100_000))
    assert np.all(np.abs(np.corrcoef(drawn) - np.eye(4)) < 5 / np.sqrt(100_000))
