"""Amounts as people write them: numbers of things, lengths of time, bytes."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return "1 run" or "1,234 runs"; ``noun`` is in the singular."""
    plural = noun + ("es" if noun.endswith(("h", "ss")) else "s")
    return f"{number:,} {noun if number == 1 else plural}"


def span(seconds: float) -> str:
    """Return a length of time as people say it: "41 s", "3 min 20 s", "5 h 12 min"."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min"


def readable_size(number: float) -> str:
    """Return a number of bytes as "1.5 MB" (powers of 1000, as disks are sold)."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            return f"{number:,.0f} {unit}" if unit == "bytes" else f"{number:,.1f} {unit}"
        number /= 1000
    return ""
