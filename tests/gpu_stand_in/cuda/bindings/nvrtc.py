"""A stand-in for NVRTC: the calls that ``compiling.py`` makes, with machine code that says nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

nvrtcResult = SimpleNamespace(NVRTC_SUCCESS=0)  # noqa: N816 - NVRTC's name
_TEXTS = {"PTX": b"\0", "CUBIN": b"\x7fELF of nothing", "ProgramLog": b"\0"}


def __getattr__(name: str) -> Any:
    """Return a function of NVRTC; texts are got in two calls, the first of which says how long they are."""
    known: dict[str, Any] = {
        "nvrtcVersion": lambda: (0, 13, 0),
        "nvrtcGetSupportedArchs": lambda: (0, [80, 90]),
        "nvrtcCreateProgram": lambda *_: (0, "program"),
        "nvrtcCompileProgram": lambda *_: (0,),
        "nvrtcDestroyProgram": lambda *_: (0,),
    }
    for text, content in _TEXTS.items():
        known[f"nvrtcGet{text}Size"] = lambda program, content=content: (0, len(content))
        known[f"nvrtcGet{text}"] = lambda program, buffer, content=content: _fill(buffer, content)
    if name not in known:
        raise AttributeError(name)
    return known[name]


def _fill(buffer: bytes, content: bytes) -> tuple[int]:
    """Write into an object that Python holds to be constant, as the bindings do."""
    import ctypes

    ctypes.memmove(buffer, content, len(content))
    return (0,)
