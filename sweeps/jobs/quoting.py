"""Words of a job script: every one that comes from a user is checked here and quoted where a shell reads it.

Directives (#SBATCH, #PBS) are read by the scheduler, which has quoting rules of its own: their values are limited to
plain letters. Paths are read by the shell alone, where ``shlex.quote`` makes any text harmless; only line breaks and
other control characters are refused.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

SECONDS_OF = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class SubmitError(ValueError):
    """A request that cannot become a job script; the message is one line."""


def plain_option(option: str, text: str) -> str:
    """Return ``text`` if a directive can hold it as it is: letters, digits and ``_ . , : = + @ / -``."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.,:=+@/-]{0,199}", text):
        raise SubmitError(
            f"{option} goes into a directive of the scheduler and must be of letters, digits and _.,:=+@/- alone,"
            f" beginning with a letter, digit or _; got {text[:80]!r}"
        )
    return text


def plain_path(option: str, text: str) -> str:
    """Return ``text`` if a directive can hold it as a path; a pattern character of the scheduler would be changed."""
    if not re.fullmatch(r"[A-Za-z0-9_./][A-Za-z0-9_./+@=-]{0,499}", text):
        raise SubmitError(
            f"{option} goes into a directive of the scheduler and must be of letters, digits and _./+@=- alone;"
            f" got {text[:80]!r}"
        )
    return text


def directive(option: str, text: str) -> str:
    """Return a directive of the user's own, such as ``--qos=long``: one line that begins with a dash."""
    if not re.fullmatch(r"-[ -~]{1,499}", text):
        raise SubmitError(f"{option} must be one line that begins with a dash, such as --qos=long; got {text[:80]!r}")
    return text


def quoted(option: str, text: str | Path) -> str:
    """Return ``text`` as one word of a shell, whatever it holds; control characters are refused."""
    word = str(text)
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in word):
        raise SubmitError(f"{option} holds a line break or another control character: {word[:80]!r}; rename it")
    try:
        word.encode()
    except UnicodeEncodeError:
        raise SubmitError(f"{option} is not text in UTF-8: {word[:80]!r}; rename it") from None
    return shlex.quote(word)


def module_name(text: str) -> str:
    """Return the name of a module to load, quoted; what looks like an option of ``module`` is refused."""
    return quoted("--module", plain_option("--module", text))


def slug(name: str) -> str:
    """Return ``name`` as a scheduler takes it for the name of a job."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:40] or "sweep"


def seconds_of(text: str) -> int:
    """Return the seconds that a limit of time means: 90m, 12h, 2d, 1:30:00 or 2-00:00:00."""
    short = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if short:
        found = int(short[1]) * SECONDS_OF[short[2]]
    else:
        long = re.fullmatch(r"(?:([0-9]{1,3})-)?([0-9]{1,4}):([0-5][0-9]):([0-5][0-9])", text)
        if long is None:
            raise SubmitError(
                f"--time must be such as 90m, 12h, 2d, 1:30:00 or 2-00:00:00 (a bare number would mean minutes to"
                f" Slurm and seconds to PBS); got {text[:80]!r}"
            )
        days, hours, minutes, seconds = (int(part or 0) for part in long.groups())
        found = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return found


def clock(seconds: int) -> str:
    """Return ``seconds`` as H:MM:SS, which Slurm and PBS read alike."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def memory_of(text: str) -> tuple[int, str]:
    """Return a size of memory as number and unit (K, M, G or T): 4G, 500MB."""
    match = re.fullmatch(r"([0-9]{1,9})([KMGTkmgt])[Bb]?", text)
    if match is None or int(match[1]) == 0:
        raise SubmitError(f"--memory must be such as 4G or 500M; got {text[:80]!r}")
    return int(match[1]), match[2].upper()


def gpus_of(text: str) -> tuple[str, int]:
    """Return kind ("" for any) and number of GPUs: 1, a100:1."""
    match = re.fullmatch(r"(?:([A-Za-z0-9_][A-Za-z0-9_.-]{0,63}):)?([0-9]{1,2})", text)
    if match is None:
        raise SubmitError(f"--gpus must be a number, or a kind and a number such as a100:1; got {text[:80]!r}")
    return match[1] or "", int(match[2])


def joined(words: Iterable[str]) -> str:
    """Return words that are quoted already as one command of a shell."""
    return " ".join(words)
