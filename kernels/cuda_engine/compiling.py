"""The CUDA engine's source made into machine code by NVRTC, checked on the way, and kept in a cache.

CuPy's own compile always flushes subnormals, so that it is not used; CuPy loads the file that is made here. The PTX
that NVRTC writes on the way must show that every operation rounds as IEEE 754 says and that nothing is kept in local
memory; a build that does not is refused.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ..machine.code_cache import cache_root, find_code, keep
from ..machine.notes import note_once
from .source import OPTIONS, kernel_hash, kernel_source

EXTRA_HINT = 'pip install "tredegar[gpu13]" (or gpu12, for CUDA 12 and for Volta)'
CUBIN = "kernel.cubin"
_FLOATS = r"\.(?:f16|bf16|f32|f64)"
_ROUNDED = re.compile(rf"^(?:add|sub|mul|div|sqrt|rcp)\.rn{_FLOATS}$")
# A fused product and sum rounds once where the other engines round twice: other bits, though better ones.
_FORBIDDEN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?:fma|mad)\b.*" + _FLOATS), "contracts a product and a sum"),
    (re.compile(r"\.ftz\b"), "flushes subnormals"),
    (re.compile(r"\.approx\b"), "approximates"),
    (re.compile(r"^(?:ld|st)\.local\b"), "keeps values in local memory"),
    (re.compile(r"^(?:rsqrt|ex2|lg2|sin|cos|tanh)\b"), "is not an operation of the rules"),
)
_INSTRUCTION = re.compile(r"^\s*(?:@!?%p\d+\s+)?([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_:]+)*)\s[^;\n]*;", re.MULTILINE)


class BuildError(RuntimeError):
    """The kernel could not be compiled, or the result does not keep the rules of arithmetic."""


@dataclass(frozen=True)
class Built:
    """A compiled kernel: for which architecture, by which NVRTC, as PTX text and as machine code; what NVRTC said."""

    architecture: str
    nvrtc: str
    ptx: str
    cubin: bytes
    log: str


def lint(ptx: str) -> list[str]:
    """Return what is wrong with ``ptx``: one line per kind of instruction that rounds or stores as it must not."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(_INSTRUCTION.findall(ptx)):
        for pattern, fault in _FORBIDDEN:
            if pattern.search(name):
                found[name] = fault
        # Without .rn the assembler that follows may itself fuse a product and a sum.
        if re.match(rf"^(?:add|sub|mul|div|sqrt|rcp)\b.*{_FLOATS}", name) and not _ROUNDED.match(name):
            found.setdefault(name, "does not say how it rounds")
    return [f"{name} {fault}" for name, fault in found.items()]


def _nvrtc() -> Any:
    if find_spec("cuda") is None or find_spec("cuda.bindings") is None:
        raise BuildError(f"the CUDA engine is compiled by NVRTC, which is not installed: {EXTRA_HINT}")
    from cuda.bindings import nvrtc

    return nvrtc


def nvrtc_version() -> str:
    """Return the version of NVRTC, as ``13.0``; raise BuildError where there is none."""
    nvrtc = _nvrtc()
    return ".".join(str(part) for part in _call(nvrtc, nvrtc.nvrtcVersion()))


def architectures() -> tuple[str, ...]:
    """Return the architectures that this NVRTC compiles for, from Volta on, as ``sm_90``."""
    nvrtc = _nvrtc()
    (known,) = _call(nvrtc, nvrtc.nvrtcGetSupportedArchs())
    return tuple(f"sm_{number}" for number in known if number >= 70)


def _call(nvrtc: Any, returned: tuple[Any, ...]) -> tuple[Any, ...]:
    code, *values = returned
    if code != nvrtc.nvrtcResult.NVRTC_SUCCESS:
        raise BuildError(f"NVRTC: {nvrtc.nvrtcGetErrorString(code)[1].decode()}")
    return tuple(values)


def compile_source(architecture: str, source: str, options: tuple[str, ...] = OPTIONS) -> Built:
    """Compile ``source`` for ``architecture`` (``sm_90``; ``compute_90`` for PTX alone).

    Raises BuildError, with NVRTC's first lines, where it does not compile.
    """
    nvrtc = _nvrtc()
    (program,) = _call(nvrtc, nvrtc.nvrtcCreateProgram(source.encode(), b"tredegar.cu", 0, [], []))
    arguments = [option.encode() for option in (*options, f"--gpu-architecture={architecture}")]
    (result, *_) = nvrtc.nvrtcCompileProgram(program, len(arguments), arguments)
    log = _text(nvrtc, program, nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog).decode(errors="replace")
    if result != nvrtc.nvrtcResult.NVRTC_SUCCESS:
        nvrtc.nvrtcDestroyProgram(program)
        raise BuildError(f"NVRTC refuses the kernel for {architecture}: {' '.join(log.split())[:500]}")
    ptx = _text(nvrtc, program, nvrtc.nvrtcGetPTXSize, nvrtc.nvrtcGetPTX).decode().rstrip("\0")
    machine = architecture.startswith("sm_")
    cubin = _text(nvrtc, program, nvrtc.nvrtcGetCUBINSize, nvrtc.nvrtcGetCUBIN) if machine else b""
    nvrtc.nvrtcDestroyProgram(program)
    return Built(architecture, nvrtc_version(), ptx, cubin, log.rstrip("\0"))


def _text(nvrtc: Any, program: Any, size_of: Any, get: Any) -> bytes:
    (size,) = _call(nvrtc, size_of(program))
    buffer = b"\0" * int(size)
    _call(nvrtc, get(program, buffer))
    return buffer


def compile_engine(architecture: str, book: RuleBook = BUILT_IN) -> Built:
    """Compile the engine for ``architecture`` and the rules of ``book``, and check the result.

    Raises BuildError where it does not compile or does not keep the rules of arithmetic.
    """
    built = compile_source(architecture, kernel_source(book))
    # Options alone are no proof: what NVRTC made of them is read before it computes anything.
    faults = lint(built.ptx)
    if faults:
        raise BuildError(f"the kernel for {architecture} is refused: {'; '.join(faults)}")
    return built


def cubin_file(architecture: str, book: RuleBook = BUILT_IN) -> Path:
    """Return the machine code for ``architecture`` and ``book`` as a file, compiled now if the cache lacks any of it.

    The name of its folder carries the source, the options, the version of NVRTC and the architecture: another of
    these makes another folder. Raises BuildError, and OSError where nothing can be written at all.
    """
    key = hashlib.sha256(f"{kernel_hash(book)} {nvrtc_version()} {architecture}".encode()).hexdigest()[:24]
    root = cache_root()
    place = None if root is None else root / "cuda" / f"{architecture}-{key}"
    kept = find_code(place)
    if kept.files is not None and place is not None:
        return place / CUBIN
    folder, fault = keep({CUBIN: compile_engine(architecture, book).cubin}, kept.place)
    if fault := kept.fault or fault:
        note_once(f"{fault}; the GPU's code was compiled anew")
    return folder / CUBIN
