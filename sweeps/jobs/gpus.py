"""GPUs of this machine that a sweep may use, one worker for each."""

from __future__ import annotations

import os
import shutil
import subprocess

SECONDS_TO_ANSWER = 300
"""How long nvidia-smi may take on a busy machine before it counts as stuck."""


def visible_gpus() -> tuple[str, ...]:
    """Return the GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them; none without NVIDIA's driver."""
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is not None:
        return tuple(name.strip() for name in allowed.split(",") if name.strip() not in ("", "-1", "NoDevFiles"))
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    answer = subprocess.run([program, "-L"], capture_output=True, timeout=SECONDS_TO_ANSWER, check=False)
    lines = answer.stdout.splitlines()  # bytes: the name of a product may be in any encoding
    return tuple(str(number) for number, _ in enumerate(line for line in lines if line.startswith(b"GPU")))


def gpus_for(engine: str) -> tuple[str, ...]:
    """Return the GPUs that ``engine`` will compute on here: none for one of the processor. Raises ValueError."""
    from ...kernels.engine_table import takes_gpu

    return visible_gpus() if takes_gpu(engine) else ()
