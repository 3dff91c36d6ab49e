"""Fresh processes that do not run the user's script again: a script needs no guard, and what it does happens once.

A process that Python spawns imports the main module of its parent under another name, so that functions can be
found in it. Here functions of that module travel by value (cloudpickle), and nothing needs it. A script that sweeps
without ``if __name__ == "__main__"`` would otherwise sweep again in each worker before that is one.
"""

from __future__ import annotations

import threading
from multiprocessing import context, popen_spawn_posix, spawn
from typing import Any

METHOD = "tredegar-spawn"
"""The name of the context for ``multiprocessing.get_context`` and Dask's configuration; others keep their meaning."""
OF_THE_MAIN_MODULE = ("init_main_from_name", "init_main_from_path")
# By thread: another one may start a process of its own meanwhile, which needs the main module.
_this_thread = threading.local()
_preparation = spawn.get_preparation_data


def _preparation_without_main(name: str) -> dict[str, object]:
    """Return what Python tells a new process or, to one that this module launches, all but where the main module is."""
    told = _preparation(name)
    if getattr(_this_thread, "launches", False):
        return {key: value for key, value in told.items() if key not in OF_THE_MAIN_MODULE}
    return told


class FreshPopen(popen_spawn_posix.Popen):
    """A process that is launched without the main module of this one."""

    def _launch(self, process_obj: Any) -> None:
        _this_thread.launches = True
        try:
            super()._launch(process_obj)  # type: ignore[misc]
        finally:
            _this_thread.launches = False


class FreshProcess(context.SpawnProcess):
    """A process that has its own, empty main module."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802  multiprocessing's name
        return FreshPopen(process_obj)


class FreshContext(context.SpawnContext):
    """The context of such processes."""

    Process = FreshProcess


FRESH = FreshContext()
# Python asks this function alone what a new process is told; there is no setting for it.
spawn.get_preparation_data = _preparation_without_main
context._concrete_contexts[METHOD] = FRESH  # type: ignore[attr-defined]
