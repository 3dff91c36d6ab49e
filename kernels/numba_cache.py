"""Compiled code is kept on disk, in a folder of its own for every version of the rules, libraries and processor.

numba notices edits of the compiled file alone, not of the rules that are built into it; so the name of the folder
carries the hash of the rules. Several processes may fill the folder at once: files are put in place whole.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import shutil
import sys
import tempfile
import threading
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

from ..model.rulebook import rules_hash

VARIABLE = "TREDEGAR_CACHE"
"""Environment variable that names another folder for compiled code."""
_log = logging.getLogger("tredegar")
_loading = threading.Lock()


def cache_root() -> Path:
    """Return the user's cache folder of Tredegar (it need not exist)."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "tredegar"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "tredegar"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tredegar"


def code_key() -> str:
    """Return 24 hexadecimal digits that differ whenever the compiled code may differ."""
    import llvmlite
    import numba
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    from .numba_layout import program

    layout = program()
    parts = [
        rules_hash(), numba.__version__, llvmlite.__version__, sys.version, get_host_cpu_name(),
        get_host_cpu_features().flatten(), repr((layout.country, layout.trust, layout.seat)),
    ]  # fmt: skip
    own = files(__package__)
    names = sorted(path.name for path in own.iterdir() if path.name.startswith("numba_") and path.name.endswith(".py"))
    parts += [(own / name).read_text(encoding="utf-8") for name in names]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def code_folder() -> Path:
    """Return the folder for compiled code, made if need be; a temporary one where the user's cannot be written to."""
    folder = cache_root() / "numba" / code_key()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        temporary = Path(tempfile.mkdtemp(prefix="tredegar-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        _log.warning(
            "%s cannot be written to (%s): compiled code is not kept; set %s to a folder that can",
            folder, error.strerror, VARIABLE,
        )  # fmt: skip
        return temporary


@cache
def _load() -> ModuleType:
    import numba

    config: Any = numba.config
    folder = code_folder()
    if not any(folder.rglob("*.nbi")):
        _log.warning("compiling the rules for this processor, once; this takes about half a minute (%s)", folder)
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        from . import numba_kernel
    finally:
        config.CACHE_DIR = before
    return numba_kernel


def load_kernel() -> ModuleType:
    """Return the module of the compiled engine, which finds and leaves its code in :func:`code_folder`."""
    with _loading:
        return _load()
