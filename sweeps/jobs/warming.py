"""Compiling before many tasks start: what one job leaves in the cache of compiled code, the others load.

Tasks that start at once would each compile for themselves, half a minute of a core and some memory apiece: nothing
locks the cache, where the first one's code stays.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from ...model.schedule.rulebook import BUILT_IN, RuleBook
from .script import Job

OF_ONE_MACHINE = ("/tmp", "/var/tmp", "/dev/shm", "/run")
"""Folders that no other machine sees, on whatever cluster."""


def is_of_use(job: Job) -> bool:
    """Return whether a job that compiles first spares the tasks of ``job`` work.

    Not for an engine that compiles nothing, one task, a cache that other nodes do not see, or a user who has given
    the jobs something else to wait for. Raises ValueError for an unknown engine.
    """
    packages = _packages_that_compile(job.engine)
    around = job.surroundings
    elsewhere = around.container is not None or around.venv is not None or around.setup is not None or around.modules
    waits = any(re.search(r"-d\b|--dependency\b|depend=", text) for text in job.resources.directives)
    return bool(
        job.tasks > 1
        and not waits
        and packages
        and (elsewhere or (any(find_spec(name) for name in packages) and _cache_is_shared()))
    )


def _packages_that_compile(engine: str) -> list[str]:
    """Return the packages one of which must be installed for ``engine`` to leave compiled code in the cache."""
    from ...kernels.engine_table import engines_meant

    return [one.keeps_code_with for one in engines_meant(engine) if one.keeps_code_with]


def _cache_is_shared() -> bool:
    from ...kernels.machine.code_cache import cache_root

    root = cache_root()
    return root is not None and not any(root.resolve().is_relative_to(Path(place)) for place in OF_ONE_MACHINE)


def warm_up(engine: str, rules: RuleBook = BUILT_IN) -> str:
    """Load ``engine``, which compiles for ``rules`` what the cache lacks; return its name.

    Raises ValueError where it cannot run.
    """
    from ...kernels.engine_table import load_engine

    return load_engine(engine, rules)[0]
