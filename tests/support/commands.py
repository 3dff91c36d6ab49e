"""The command as tests call it."""

from __future__ import annotations

from tredegar.cli.entry import main


def tredegar(*words: str) -> int:
    """Run the command with ``words`` in this process; return its exit status."""
    try:
        main(list(words))
    except SystemExit as end:
        return int(end.code or 0)
    return 0
