"""The entry of the command ``tredegar``: loads the command, so that Ctrl-C ends that in silence as well.

To load it takes most of the first second. Nothing but ``sys`` is imported before ``main`` can catch an interruption.
"""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""What a shell reports of a process that Ctrl-C ended: nothing has begun, so that there is nothing to say."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command; every end that it can come to is an exit status."""
    try:
        from .application import run_command_line

        run_command_line(arguments)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
