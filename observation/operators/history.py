"""Histories as operators read them: events and courses by month, values of units by year, whoever they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np

from .ordered import Floats


class History(NamedTuple):
    """One history of the record, or several of the model: the first axis of every array.

    ``courses`` are (history, month), ``panels`` (history, unit, year), ``units`` (history, unit): names are those of
    the model's outcomes and records. A unit that was not observed is NaN; histories of the model have none such.
    """

    courses: Mapping[str, Floats]
    panels: Mapping[str, Floats]
    units: Mapping[str, Floats]

    @property
    def number(self) -> int:
        """How many histories there are."""
        return next((len(values) for table in self for values in table.values()), 0)

    @property
    def months(self) -> int:
        """How many months the courses have, or the years of the panels; 0 where there is neither."""
        courses = [values.shape[1] for values in self.courses.values()]
        return courses[0] if courses else 12 * next((values.shape[2] for values in self.panels.values()), 0)

    @property
    def number_of_units(self) -> int:
        """How many units the panels have, 0 where there are none."""
        return next((values.shape[1] for values in (*self.panels.values(), *self.units.values())), 0)

    def choose(self, histories: np.ndarray) -> History:
        """Return these histories alone: ``histories`` (history,) are indices or of bool.

        >>> three = History({"morale": np.array([[0.5], [0.6], [0.7]])}, {}, {})
        >>> three.choose(np.array([2])).courses["morale"].tolist()
        [[0.7]]
        """
        return self.each(lambda values: values[histories])

    def each(self, change: Callable[[Floats], Floats]) -> History:
        """Return the histories with every array, (history, ...), changed by ``change``, which keeps what its axes mean.

        >>> History({"morale": np.array([[0.5]])}, {}, {}).each(lambda values: 2.0 * values).courses["morale"].tolist()
        [[1.0]]
        """
        return History(*({name: change(values) for name, values in table.items()} for table in self))

    def having(self, courses: Iterable[str] = (), panels: Iterable[str] = (), units: Iterable[str] = ()) -> History:
        """Return the histories with these of their tables alone. Raises KeyError for one that is not there.

        >>> sorted(History({"morale": np.ones((1, 2)), "fit": np.ones((1, 2))}, {}, {}).having(["fit"]).courses)
        ['fit']
        """
        wanted = (courses, panels, units)
        return History(*({name: table[name] for name in names} for table, names in zip(self, wanted, strict=True)))

    def cut(self, months: int = 0, units: int = 0) -> History:
        """Return the first ``months`` (whole years of panels), and at most so many units; 0: all of them.

        Units that are left out are spread evenly over their numbers.

        >>> whole = History({"morale": np.zeros((1, 72))}, {}, {"size": np.arange(4.0)[None]})
        >>> short = whole.cut(months=36, units=2)
        >>> short.months, short.units["size"].tolist()
        (36, [[0.0, 3.0]])
        """
        courses, panels, sizes = self
        if months:
            courses = {name: values[:, :months] for name, values in courses.items()}
            panels = {name: values[:, :, : -(-months // 12)] for name, values in panels.items()}
        if 0 < units < self.number_of_units:
            kept = np.linspace(0, self.number_of_units - 1, units).round().astype(int)
            panels = {name: values[:, kept] for name, values in panels.items()}
            sizes = {name: values[:, kept] for name, values in sizes.items()}
        return History(courses, panels, sizes)
