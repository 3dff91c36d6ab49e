"""The check of the CUDA engine as a program: ``python -m tredegar.kernels.cuda_check`` (docs/gpu.md)."""

from __future__ import annotations

import sys

from .check import main

if __name__ == "__main__":
    sys.exit(main())
