"""Code of the compiled engine: loaded from the user's cache folder, or compiled and left there.

The name of the folder carries everything that decides the code: the rules, which numba does not see as it watches the
compiled file alone, libraries, processor and settings. So nothing in a folder ever goes out of date, and numba, which
would write a new index there, never finds a reason to. numba works on a private copy: what it loads has been checked.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import threading
from importlib import import_module
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from ...model.graph.merkle import rules_hash
from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ..machine.code_cache import VARIABLE, cache_root, discard, find_code, publish, workshop
from ..machine.notes import note_once
from ..machine.numba_import import usable_environment

_SETTINGS = (
    "CPU_NAME", "CPU_FEATURES", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "ENABLE_AVX", "BOUNDSCHECK",
    "DEBUGINFO_DEFAULT", "DISABLE_INTEL_SVML", "LLVM_REFPRUNE_PASS", "LLVM_REFPRUNE_FLAGS",
)  # fmt: skip
"""Settings of numba that change compiled code; they come from the user's environment."""
_log = logging.getLogger("tredegar")
_loading = threading.Lock()
_kernels: dict[RuleBook, ModuleType] = {}


def code_key(book: RuleBook = BUILT_IN) -> str:
    """Return 24 hexadecimal digits that differ whenever the code compiled for ``book`` may differ."""
    import llvmlite
    import numba
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    from .layout import traced_program

    layout = traced_program(book)
    parts = [
        rules_hash(book), numba.__version__, llvmlite.__version__, sys.version, get_host_cpu_name(),
        # Nodes of a cluster share a home folder, and code for one processor may crash on another.
        get_host_cpu_features().flatten(), repr((layout.country, layout.trust, layout.seat)),
        repr([getattr(numba.config, name, None) for name in _SETTINGS]),
    ]  # fmt: skip
    own = files(__package__)
    names = sorted(path.name for path in own.iterdir() if path.name.endswith(".py"))
    parts += [(own / name).read_text(encoding="utf-8") for name in names]
    return hashlib.sha256("\n".join([*parts, *_source_stamp()]).encode()).hexdigest()[:24]


def _source_stamp() -> tuple[str, ...]:
    """By what numba tells one compiled file from another: its place, its time and its size."""
    source = Path(__file__).with_name("kernel.py").absolute()
    status = source.stat()
    return str(source), str(status.st_mtime_ns), str(status.st_size)


def code_folder(book: RuleBook = BUILT_IN) -> Path | None:
    """Return the folder for the code of ``book`` (it need not exist), None for a user without a place for it."""
    root = cache_root()
    return None if root is None else root / "numba" / code_key(book)


def ready(function: Any, signature: Any, book: RuleBook = BUILT_IN) -> None:
    """Give ``function``, a dispatcher of numba, its code for ``signature``: from the cache if it may be used."""
    place = code_folder(book)
    kept = find_code(place)
    fault = kept.fault
    if kept.files is not None and place is not None:
        try:
            if _load(function, signature, kept.files):
                return
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - pickles that other libraries wrote may raise anything
            fault = f"compiled code in {place} cannot be loaded ({type(error).__name__})"
            if not discard(place):
                fault += f" and cannot be removed; remove it, or set {VARIABLE}"
                place = None
    else:
        place = kept.place
    _make(function, signature, place, fault)


def _load(function: Any, signature: Any, files: dict[str, bytes]) -> bool:
    """Load code from a private copy of ``files``; return whether that was possible."""
    with workshop() as folder:
        if folder is None:
            return False
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        compile_in(folder, function, signature)
    return True


def _make(function: Any, signature: Any, place: Path | None, fault: str) -> None:
    """Compile, with one note that says so and why, and publish the code at ``place``."""
    with workshop(place) as folder:
        kept = place is not None and folder is not None and folder.parent == place.parent
        if not kept and not fault:
            fault = f"{place} cannot be written to; set {VARIABLE} to a folder that can"
        _log.warning(
            "%scompiling the rules for this processor, %s; this takes about half a minute%s",
            fault and f"{fault}: ",
            "once" if kept else "compiled code is not kept",
            f" ({place})" if kept else "",
        )
        written = compile_in(folder, function, signature)
        if kept and folder is not None and place is not None:
            fault = publish(folder, place) if written else f"{place} cannot be written to"
            if fault:
                note_once(f"{fault}: compiled code is not kept; set {VARIABLE} to a folder that can be used")


def compile_in(folder: Path | None, function: Any, signature: Any) -> bool:
    """Load the code of ``function`` from ``folder``, or compile it and leave it there; return whether it is there."""
    import numba

    config: Any = numba.config
    if folder is None:
        function.compile(signature)
        return False
    # numba asks for these once, when caching is enabled; they are of the whole process, so that they are put back.
    before = config.CACHE_DIR, getattr(config, "CACHE_LOCATOR_CLASSES", "")
    config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = str(folder), ""
    try:
        function.enable_caching()
    finally:
        config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = before
    try:
        function.compile(signature)
    except OSError:  # a full disk: the code is in memory, but not in the folder
        if not function.signatures:
            raise
        return False
    return True


def _kernel(book: RuleBook) -> ModuleType:
    with usable_environment():
        kernel = _module_of(book)
        ready(kernel.run_kernel, kernel.SIGNATURE, book)
        kernel.run_kernel.disable_compile()  # a call with other types is a fault, and must not take a minute
    return kernel


def _module_of(book: RuleBook) -> ModuleType:
    """Return the module of the kernel, executed for ``book``; not compiled."""
    if book is BUILT_IN:
        return import_module(".kernel", __package__)
    # numba finds the module of loaded code by its name, which must be the same in every process.
    name = f"{__package__}.kernel_{code_key(book)}"
    made = spec_from_file_location(name, Path(__file__).with_name("kernel.py"))
    if made is None or made.loader is None:
        raise ImportError("the module of the compiled engine cannot be found again")
    module = module_from_spec(made)
    vars(module)["BOOK"] = book
    sys.modules[name] = module
    made.loader.exec_module(module)
    return module


def load_kernel(book: RuleBook = BUILT_IN) -> ModuleType:
    """Return the module of the compiled engine for the rules of ``book``, one for each.

    Its code is loaded from :func:`code_folder` or compiled.
    """
    # One thread at a time: two would compile the same, and numba's settings are of the whole process.
    with _loading:
        if book not in _kernels:
            _kernels[book] = _kernel(book)
        return _kernels[book]
