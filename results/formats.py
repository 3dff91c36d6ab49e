"""Formats for other programs: one record each, holding its ending, its name and its writer, in one table.

Importing the table costs nothing: what is written brings its own libraries.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.text.names import closest

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

LARGEST_CLASSIC = 2**31 - 1
"""Bytes of one variable that the classic NetCDF format takes."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What is to be written, in the two shapes that a format may ask for; each is made when it is asked for.

    ``whole`` returns a labelled Dataset, which may be lazy; ``tables`` yields its rows in blocks that fit in memory,
    all with the same columns.
    """

    whole: Callable[[], xr.Dataset]
    tables: Callable[[], Iterator[pd.DataFrame]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """All that is known of a format: the ``ending`` of its files, its ``name``, and ``write(exported, path)``.

    ``write`` raises ValueError for what the format cannot hold.
    """

    ending: str
    name: str
    write: Callable[[Exported, Path], None]


def _write_netcdf(exported: Exported, path: Path) -> None:
    from ..datasets.attributes import as_plain  # NumPy comes with it, which the command's --help does without

    part = exported.whole().copy()
    part.attrs = as_plain(part.attrs)
    for variable in part.variables.values():
        variable.attrs = as_plain(variable.attrs)
    if find_spec("netCDF4") or find_spec("h5netcdf"):
        part.to_netcdf(path)
        return
    largest = max(variable.nbytes for variable in part.data_vars.values())
    if largest > LARGEST_CLASSIC:
        raise ValueError(
            f"a variable of {largest / 1e9:.1f} GB is too large for classic NetCDF; choose fewer outcomes or months, "
            "or install a writer of NetCDF 4: pip install h5netcdf"
        )
    part.to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")


def _write_csv(exported: Exported, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for place, table in enumerate(exported.tables()):
            table.to_csv(file, index=False, header=place == 0, lineterminator="\n")


def _write_parquet(exported: Exported, path: Path) -> None:
    try:
        from pyarrow import Table
        from pyarrow.parquet import ParquetWriter
    except ModuleNotFoundError as error:
        raise ValueError('a Parquet file needs pyarrow: pip install "tredegar[tables]"') from error
    tables = exported.tables()
    first = Table.from_pandas(next(tables), preserve_index=False)
    with ParquetWriter(path, first.schema) as file:
        file.write_table(first)
        for table in tables:
            file.write_table(Table.from_pandas(table, schema=first.schema, preserve_index=False))


_RECORDS = (
    Format(ending=".nc", name="NetCDF", write=_write_netcdf),
    Format(ending=".csv", name="CSV", write=_write_csv),
    Format(ending=".parquet", name="Parquet", write=_write_parquet),
)
FORMATS: dict[str, Format] = {each.ending: each for each in _RECORDS}
"""Ending -> record of every format."""


def format_of(path: Path) -> Format:
    """Return the format that the ending of ``path`` names. Raises ValueError, with the closest, for an unknown one."""
    if path.suffix not in FORMATS:
        named = [f"{each.ending} ({each.name})" for each in FORMATS.values() if each.name.lower() != each.ending[1:]]
        plain = [each.ending for each in FORMATS.values() if each.name.lower() == each.ending[1:]]
        known, got = _either([*named, *plain]), f"got '{path.suffix or 'none'}'{closest(path.suffix, FORMATS)}"
        raise ValueError(f"the ending of '{path}' must be {known}, {got}")
    return FORMATS[path.suffix]


def write_whole(exported: Exported, path: Path) -> None:
    """Write what is ``exported`` to ``path`` in the format of its ending; a file appears there whole, or not at all.

    Raises ValueError for another ending and for what the format cannot hold, and OSError where nothing can be written.
    """
    chosen = format_of(path)
    if path.exists() and not path.is_file():
        chosen.write(exported, path)  # a pipe or a device, which cannot be replaced
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder at '{path.parent}' for the file '{path.name}'")
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        chosen.write(exported, part)
        os.replace(part, path)
    except OSError as error:
        # Named as the user knows it: of the file beside it nobody has heard.
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):
            part.unlink()


def endings() -> str:
    """Return the endings that a user may choose, as the help of a command lists them: ".nc or .csv"."""
    return _either([*FORMATS])


def _either(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
