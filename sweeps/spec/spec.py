"""The spec of a sweep: what is varied, what is fixed, how large the country is and what is recorded.

A spec is read from TOML or made in Python, checked against the tables of the model and frozen. Whatever is wrong is
said in one line (SpecError) before anything runs or is written; there is no way to a spec without every check.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from ...model.groups.on_paths import with_paths
from ...model.outcomes import choose_outcomes
from ...model.providers import Providers
from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ..forms.data_tables import HeldSource, SpecSource, held_tables
from ..forms.described import Rows, as_page, as_words, rows_of_spec
from ..forms.keywords import keywords_of_tables, tables_of_keywords
from ..forms.written import tables_beside, tables_inside, write_texts
from ..quantities.books import book_with_names, own_names, with_book
from ..quantities.own_rules import rows_of_rules
from .checks import check_spec, number_of_points
from .design import LARGEST_SEED, Varied, checked_value, find_quantity, parse_varied
from .errors import SpecError, explain
from .guarded import Guarded
from .places import models_of_tables, root_of_specs
from .samplers import SAMPLERS, DesignSpec, FromFile, models_of_design, sampler_of
from .tables import (
    MOST_MONTHS,
    Book,
    CountrySpec,
    FixedTable,
    RecordSpec,
    Streams,
    as_spec_error,
    check_former_values,
    checked_record,
    checked_start,
    hash_of_spec,
    read_constant,
    read_trusts,
    said_once,
    tables_of,
    tables_of_spec,
    warn_of_former_keys,
)
from .text import FileSource, StoreSource, canonical_toml, parse_toml, read_text, source_of, text_of_spec
from .variants import OneOf, Read

if TYPE_CHECKING:
    from ..spec_keys import SpecKeys

MOST_REPLICATES = 65_536
Points = Mapping[str, NDArray[np.float64]]


@root_of_specs
class Spec(Guarded):
    """A checked spec, which cannot change: ``Spec(design={...}, vary={...})``, :meth:`from_file`, :meth:`from_text`.

    Raises SpecError, in one line, for whatever cannot be run.
    """

    name: str = Field(default="sweep", min_length=1, max_length=100, description="a name of 1 to 100 letters")
    seed: int = Field(default=7, ge=0, le=LARGEST_SEED, description=f"a whole number from 0 to {LARGEST_SEED}")
    months: int = Field(default=240, ge=1, le=MOST_MONTHS, description=f"a whole number from 1 to {MOST_MONTHS}")
    replicates: int = Field(
        default=8, ge=1, le=MOST_REPLICATES, description=f"a whole number from 1 to {MOST_REPLICATES}"
    )
    streams: Streams = "common"
    start: Annotated[str | None, PlainValidator(checked_start), PlainSerializer(lambda start: start)] = None
    country: CountrySpec = Field(default=CountrySpec(), description="a table")
    # Above all tables whose names it knows.
    rules: Book = Field(default=BUILT_IN, description="a table of rules")
    fixed: Annotated[dict[str, float], PlainValidator(tables_of("fixed", checked_value))] = Field(
        default_factory=FixedTable
    )
    design: Annotated[DesignSpec, OneOf(models_of_design)] = Field(description="a table that names a method")
    vary: Annotated[dict[str, Varied], PlainValidator(tables_of("vary", parse_varied))] = Field(
        default_factory=FixedTable
    )
    constants: Annotated[dict[str, float], PlainValidator(tables_of("constants", read_constant))] = Field(
        default_factory=FixedTable
    )
    record: Annotated[RecordSpec, Read(checked_record)] = Field(default=RecordSpec(), description="a table")

    _providers_text: str | None = PrivateAttr(default=None)
    _providers: Providers | None = PrivateAttr(default=None)
    _table: dict[str, NDArray[np.float64]] | None = PrivateAttr(default=None)

    def __init__(self, **tables: Unpack[SpecKeys]) -> None:
        """Check the tables and keywords of a spec; files that they name are looked for in the working folder."""
        with as_spec_error():
            given = tables_of_keywords(said_once(tables), keywords_of_tables(models_of_tables()))
        self._build(given, FileSource(Path()))

    # Pydantic's own mark of an initialiser that it need not call: every check is made by the validator below.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def _build(self, tables: Mapping[str, Any], source: SpecSource) -> None:
        with as_spec_error():
            tables = with_book(tables, source)
            # These alone may hold tables of data; what is varied goes its way without a detour.
            data = {key: tables[key] for key in ("country", "design") if key in tables}
            from_file = {name for name, sampler in SAMPLERS.items() if sampler.from_file}
            data, held = held_tables(data, from_file, own_names(tables["rules"]))
            tables = {**tables, **data}
        try:
            self.__pydantic_validator__.validate_python(tables, self_instance=self, context=HeldSource(held, source))
        except ValidationError as error:
            raise explain(error, Spec) from None

    @model_validator(mode="before")
    @classmethod
    def _check_former(cls, tables: Any, info: ValidationInfo) -> Any:
        return with_book(check_former_values(tables), source_of(info.context))

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Spec:
        """Read the files that the spec names and make the checks that no key can make alone: whoever builds a spec."""
        self._read_files(source_of(info.context))
        check_spec(self)
        return self

    @classmethod
    def from_file(cls, path: str | Path, kept: Callable[[], RuleBook | None] = lambda: None) -> Spec:
        """Read the spec in the TOML file ``path``; files it names are looked for beside it. Raises SpecError.

        ``kept`` is asked for the book of a store where none of the files of rules that it names is there any more.
        """
        path = Path(path)
        tables = parse_toml(read_text(path, "spec"), f"spec '{path}'")
        return cls._from_tables(said_once(tables), FileSource(path.parent, kept))

    @classmethod
    def from_text(cls, text: str, folder: str | Path = ".", label: str = "spec") -> Spec:
        r"""Read a spec from TOML ``text``; files it names are looked for in ``folder``. Raises SpecError.

        >>> spec = Spec.from_text('design.method = "grid"\nvary.real_control.values = [0.2, 0.8]')
        >>> spec.months, spec.replicates, spec.trusts
        (240, 8, 150)
        """
        return cls._from_tables(said_once(parse_toml(text, label)), FileSource(Path(folder)))

    @classmethod
    def from_stored(
        cls, text: str, providers_text: str | None, points: Callable[[], Points] = dict, own_rules: str = ""
    ) -> Spec:
        """Read the spec that a store carries, with every check: its tables come from the store, not from files.

        ``points`` returns those of the store, name -> (point,); it is called for a table of points alone.
        ``own_rules`` is the text of its own rules, "" without any. Raises SpecError.

        >>> spec = Spec(design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}})
        >>> Spec.from_stored(spec.canonical(), None).hash() == spec.hash()
        True
        """
        tables = parse_toml(text, "the spec in the store")
        return cls._from_tables(tables, StoreSource(providers_text, points, own_rules))

    @classmethod
    def _from_tables(cls, tables: Mapping[str, Any], source: SpecSource) -> Spec:
        spec = cls.__new__(cls)
        spec._build(tables, source)
        return spec

    def _read_files(self, source: SpecSource) -> None:
        if self.country.providers is not None:
            self._providers_text, self._providers = read_trusts(self.country.providers, source)
        if isinstance(self.design, FromFile):
            from .points_table import read_design

            self._table = read_design(self.design.file, self.design.beyond_range, source, self.rules)
            # Which constants differ the heading alone says, and it is read last.
            self.__dict__["rules"] = book_with_names(self.rules, self._table)
        self.__dict__["rules"] = with_paths(self.rules, self._providers.steps if self._providers else ())

    @property
    def providers(self) -> Providers | None:
        """The real trusts of the sweep, or None for the synthetic ring."""
        return self._providers

    @property
    def providers_text(self) -> str | None:
        """The providers table as it was read, or None."""
        return self._providers_text

    @property
    def table(self) -> dict[str, NDArray[np.float64]] | None:
        r"""The points of a table design: name -> (point,) values; None for other designs.

        >>> size = Path("points.csv").write_text("real_control\n0.2\n0.8\n")
        >>> Spec(design={"method": "table", "file": "points.csv"}).table
        {'real_control': array([0.2, 0.8])}
        """
        return self._table

    @property
    def trusts(self) -> int:
        """Number of trusts."""
        return len(self._providers) if self._providers is not None else self.country.trusts or 150

    @property
    def clinicians(self) -> int:
        """Number of clinicians of each trust."""
        return self.country.clinicians

    @property
    def luck(self) -> str:
        """The former name of ``streams``."""
        warn_of_former_keys(("luck",))
        return self.streams

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the recorded outcomes, in the order of the table."""
        return choose_outcomes(self.record.outcomes, self.rules.outcomes)

    @property
    def sampler_seed(self) -> int:
        """Seed of the sampler: that of the design or, where it names none, that of the sweep."""
        return self.seed if self.design.seed is None else self.design.seed

    def canonical(self) -> str:
        """Return the spec as TOML with every value written out; specs that mean the same give the same text."""
        return canonical_toml(tables_of_spec(self, sampler_of(self.design).by_levels))

    def to_toml(self) -> str:
        r"""Return the spec as TOML, its tables of data in it, which ``from_text`` reads back to an equal spec.

        Raises SpecError for one that is longer than what is read: :meth:`to_file` puts the tables beside it.

        >>> spec = Spec(design="grid", vary={"real_control": np.array([0.2, 0.8])})
        >>> print(spec.to_toml().partition("[vary]\n")[2].partition("\n")[0])
        real_control = { values = [0.2, 0.8] }
        >>> Spec.from_text(spec.to_toml()) == spec
        True
        """
        tables = tables_inside(self._shortest_tables(), self._providers, self._table, self.rules.own_text)
        return text_of_spec(tables, "; to_file writes it with its tables beside it")

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the spec to ``path``, its tables of data and own rules beside it; what stands there is replaced.

        ``my.toml`` has ``my-providers.csv`` and so on beside it. Raises SpecError if it cannot be written.
        """
        path = Path(path).expanduser()
        if not path.name:
            raise SpecError(f"path must name a file, such as 'my.toml', got '{path}'")
        tables = self._shortest_tables()
        tables, texts = tables_beside(tables, path, self._providers_text, self._table, self.rules.own_text)
        with as_spec_error():
            write_texts({**texts, path: text_of_spec(tables)})

    def _shortest_tables(self) -> dict[str, Any]:
        tables = tables_of_spec(self, sampler_of(self.design).by_levels)
        if self.record.outcomes is None:
            del tables["record"]["outcomes"]
        return tables

    def hash(self) -> str:
        """Return the SHA-256 of the canonical text, the providers, the points of a table and the own rules."""
        return hash_of_spec(self.canonical(), self._providers, self._table or {}, self.rules)

    def __eq__(self, other: object) -> bool:
        """Whether ``other`` is a spec of the same sweep, however it was written."""
        return self.hash() == other.hash() if isinstance(other, Spec) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.hash())

    def __repr__(self) -> str:
        return as_words(f"<tredegar.Spec '{self.name}'>", self._rows())

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return as_page(f"Spec '{self.name}'", self._rows())

    def _rows(self) -> Rows:
        return rows_of_spec(self, number_of_points(self), rows_of_rules(self.rules))


__all__ = ["CountrySpec", "RecordSpec", "Spec", "SpecError", "Varied", "find_quantity"]
