"""The batches of a sweep: blocks of points and replicates, each one chunk of every variable that runs fill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Batch:
    """The runs that are computed and stored together: a block of points and a block of replicates.

    ``place`` is its place among the blocks of both, which is that of its chunks.
    """

    number: int
    points: slice
    replicates: slice
    place: tuple[int, int]

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of points and replicates; those at the end of a sweep may be fewer than in a full batch."""
        return self.points.stop - self.points.start, self.replicates.stop - self.replicates.start

    @property
    def runs(self) -> int:
        """Number of runs in the batch."""
        return self.shape[0] * self.shape[1]


@dataclass(frozen=True, slots=True)
class Batches:
    """All batches of a sweep of ``shape`` (points, replicates), in blocks of ``size``.

    Numbers count from 0; blocks of replicates of one block of points follow each other.

    >>> batches = Batches(shape=(5, 2), size=(2, 2))
    >>> batches.number, batches.batch(2).points, batches.batch(2).runs
    (3, slice(4, 5, None), 2)
    """

    shape: tuple[int, int]
    size: tuple[int, int]

    @property
    def blocks(self) -> tuple[int, int]:
        """Numbers of blocks of points and of replicates."""
        points, replicates = (-(-length // size) for length, size in zip(self.shape, self.size, strict=True))
        return points, replicates

    @property
    def number(self) -> int:
        """Number of batches."""
        return self.blocks[0] * self.blocks[1]

    def batch(self, number: int) -> Batch:
        """Return batch ``number``."""
        return self.at(divmod(number, self.blocks[1]))

    def at(self, place: tuple[int, int]) -> Batch:
        """Return the batch at ``place`` among the blocks of points and of replicates."""
        points, replicates = (
            slice(index * size, min((index + 1) * size, length))
            for index, size, length in zip(place, self.size, self.shape, strict=True)
        )
        return Batch(place[0] * self.blocks[1] + place[1], points, replicates, place)

    def __iter__(self) -> Iterator[Batch]:
        return (self.batch(number) for number in range(self.number))
