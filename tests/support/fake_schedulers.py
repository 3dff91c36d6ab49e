"""Stand-ins for the programs of schedulers, on PATH: they do what a list of words says, one for each call."""

from __future__ import annotations

from pathlib import Path

BEHAVE = """\
#!/bin/bash
# Each call takes the next line of the file NAME.does; the last one stays.
cd "$(dirname "$0")" || exit 1
name=$(basename "$0")
echo "$@" >> "$name.asked"
does=$(head -n 1 "$name.does")
[ "$(wc -l < "$name.does")" -lt 2 ] || sed -i 1d "$name.does"
# A job that is queued has its name in the file "queue", with its number.
queue() {
    number=$(( $(wc -l < queue) + 4711 ))
    job=
    for word in "${words[@]}"; do
        case $word in
            --job-name=*) job=${word#--job-name=} ;;
        esac
        [ "$before" != -N ] || job=$word
        before=$word
    done
    echo "$number $job" >> queue
}
words=("$@")
touch queue
[ "$name" = squeue ] || [ "$name" = qselect ] || cat > "script-$(wc -l < "$name.asked")"
case $does in
    queue) queue; echo "$number" ;;
    queue-as\\ *) queue; printf '%b\\n' "${does#queue-as }" | sed "s/NUMBER/$number/g" ;;
    late\\ *) queue; printf '%b\\n' "${does#late }" >&2; exit 1 ;;
    silent) queue; touch asleep; exec sleep 100 ;;
    lost) touch asleep; exec sleep 100 ;;
    interrupt) queue; kill -INT $PPID; exec sleep 100 ;;
    list) while read -r number job; do [ "$job" != "${words[-1]}" ] || echo "$number"; done < queue ;;
    nothing) ;;
    *) printf '%b\\n' "$does" >&2; exit 1 ;;
esac
"""


def behave(folder: Path, name: str, *does: str) -> None:
    """Put a stand-in for the program ``name`` into ``folder``.

    ``does``: what it does, call by call: queue (and answer), queue-as TEXT (with an answer of its own, NUMBER in it),
    late TEXT (queue, and fail with the text), silent (queue, and never answer), lost (never answer), interrupt (queue,
    and Ctrl-C for whoever asks), list (the jobs of a name), nothing; or what it says while it fails, where a backslash
    and an n are a new line.
    """
    (folder / name).write_text(BEHAVE)
    (folder / name).chmod(0o755)
    (folder / f"{name}.does").write_text("".join(f"{one}\n" for one in does))


def calls(folder: Path, name: str) -> list[str]:
    """Return the words of each call of the program ``name``, a line for each."""
    path = folder / f"{name}.asked"
    return path.read_text().splitlines() if path.exists() else []


def queued(folder: Path) -> list[str]:
    """Return the numbers of the jobs that are in the queue."""
    path = folder / "queue"
    return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []
