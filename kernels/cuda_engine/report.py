"""Report on the CUDA engine on real hardware, if ``tredegar engines --check`` wrote one: what is known by it."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

REPORT = "cuda_report.json"
NOT_VERIFIED = "not yet verified on hardware"
_LONGEST_NAME = 100


def verification(path: Traversable | None = None) -> str:
    """Return on what device this very kernel was verified, or that it was not.

    The report (``path``: another one) counts only if it passed, was not short, and carries the hash of the kernel as
    it is now. Never raises for what the file is: one that is no such report is named.
    """
    path = path or files(__package__) / REPORT
    if not path.is_file():
        return NOT_VERIFIED
    from .source import kernel_hash

    try:
        device, day, fits = _claimed(json.loads(path.read_text(encoding="utf-8")), kernel_hash())
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return f"{NOT_VERIFIED} ({path.name} is damaged, or no report of 'tredegar engines --check')"
    return f"verified on {device}, {day}" if fits else NOT_VERIFIED


def _claimed(report: dict[str, Any], kernel: str) -> tuple[str, date, bool]:
    """Return device and day of a report, and whether it verifies the kernel with this hash."""
    device, day = report["device"], date.fromisoformat(report["date"])
    fits = report["passed"] is True and report["short"] is False and device.get("kernel_hash") == kernel
    name = str(device["name"]) if fits else ""
    if not name.isprintable() or len(name) > _LONGEST_NAME:
        raise ValueError("no name of a device")
    return name, day, fits
