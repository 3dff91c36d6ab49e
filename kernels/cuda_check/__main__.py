"""The check of the CUDA engine as a program: ``python -m tredegar.kernels.cuda_check`` (docs/gpu.md)."""

from __future__ import annotations

import sys

from .check import run_check_program

if __name__ == "__main__":
    sys.exit(run_check_program())
