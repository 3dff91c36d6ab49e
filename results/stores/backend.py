"""The engine "tredegar" of xarray: ``xr.open_dataset("my.zarr", engine="tredegar")`` opens what ``open_sweep`` does.

xarray loads this module with its first ``open_dataset``, whatever that opens; so it imports what it needs when it runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from xarray.backends import BackendEntrypoint

if TYPE_CHECKING:
    import xarray as xr

MARK = b'"tredegar_store"'
"""What the root file of every store holds, and hardly any other file."""


class TredegarBackend(BackendEntrypoint):
    """Opens stores that ``tredegar sweep`` wrote, and archives of them (``.zip`` too).

    Options beside those of xarray: ``partial`` and ``verify``, as :func:`open_sweep` has them. ``chunks={}`` takes
    Dask chunks of as many batches as :func:`open_sweep` does; without ``chunks`` arrays are lazy, but not of Dask.
    """

    description = "Open stores of sweeps of Tredegar"

    def open_dataset(
        self,
        filename_or_obj: Any,
        *,
        drop_variables: str | Iterable[str] | None = None,
        partial: bool = False,
        verify: bool | None = None,
    ) -> xr.Dataset:
        """Return the sweep in the store, lazily, with dims ``(point, replicate, month)`` and units in attributes.

        Raises ValueError, or FileNotFoundError, as :func:`open_sweep` does.

        >>> import xarray as xr
        >>> from tredegar import Spec, run_sweep
        >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
        >>> spec = Spec(
        ...     design={"method": "grid"}, vary=vary, record=record, country={"trusts": 3}, months=12, replicates=1
        ... )
        >>> _ = run_sweep(spec, "store.zarr", workers=0, engine="numpy")
        >>> with xr.open_dataset("store.zarr", engine=TredegarBackend) as sweep:
        ...     sweep["quality"].dims, sweep["quality"].shape
        (('point', 'replicate', 'month'), (2, 1, 12))
        """
        from ..open import STORAGE_CHUNKS, open_sweep

        sweep = open_sweep(filename_or_obj, partial=partial, chunks=None, verify=verify)
        if drop_variables is not None:
            names = [drop_variables] if isinstance(drop_variables, str) else list(drop_variables)
            sweep = sweep.drop_vars(names, errors="ignore")
        batch = sweep.attrs.get("points_per_batch")
        if batch is not None:
            for variable in sweep.data_vars.values():
                variable.encoding["preferred_chunks"] = {"point": STORAGE_CHUNKS * int(batch)}
        return sweep

    def guess_can_open(self, filename_or_obj: Any) -> bool:
        """Return whether this is the path of a store, or an archive of one; other things are left to other engines."""
        if not isinstance(filename_or_obj, str | os.PathLike):
            return False
        from ...store.paths import local_path
        from ...store.root_file import read_root_bytes

        try:
            place = local_path(filename_or_obj)
            return (place.is_dir() or place.suffix.lower() == ".zip") and MARK in read_root_bytes(place)
        except (OSError, ValueError):
            return False
