"""What is known about the CUDA engine on real hardware: the report that ``tredegar engines --check`` wrote, if any."""

from __future__ import annotations

import json
from importlib.resources import files
from importlib.resources.abc import Traversable

REPORT = "cuda_report.json"
NOT_VERIFIED = "not yet verified on hardware"


def verification(path: Traversable | None = None) -> str:
    """Return on what device this very kernel was verified, or that it was not.

    The report (``path``: another one) counts only if it passed and carries the hash of the kernel as it is now.
    """
    path = path or files(__package__) / REPORT
    if not path.is_file():
        return NOT_VERIFIED
    from .cuda_source import kernel_hash

    report = json.loads(path.read_text(encoding="utf-8"))
    if not report["passed"] or report["kernel_hash"] != kernel_hash():
        return NOT_VERIFIED
    return f"verified on {report['device']['name']}, {report['date']}"
