"""Scheduler and worker of Dask without status pages, and a scheduler that does not grow with the number of batches.

To be imported where a cluster is made, and in its workers: it loads Dask.
"""

from __future__ import annotations

from typing import Any

import dask
import distributed
from distributed.scheduler import DEFAULT_EXTENSIONS
from distributed.spans import SpansSchedulerExtension


class WithoutPages:
    """A server that starts no HTTP server: pages of Dask know no certificates, and ``dashboard=False`` leaves some."""

    def start_http_server(self, *words: Any, **others: Any) -> None:
        """Start none."""


class Worker(WithoutPages, distributed.Worker):
    """A worker without pages."""


class Spans(SpansSchedulerExtension):
    """Spans that keep nothing of a call: Dask's own note the kind of every one for as long as the scheduler lives.

    That is 370 bytes for each batch.
    """

    def observe_tasks(self, *tasks: Any, **noted: Any) -> dict[Any, dict[Any, Any]]:
        """Return the annotations of ``tasks``, as Dask does."""
        return super().observe_tasks(*tasks, **{**noted, "span_metadata": {}})


class Scheduler(WithoutPages, distributed.Scheduler):
    """A scheduler without pages, whose folder is ``scratch``.

    Dask would take ``dask-scratch-space`` in the folder for temporary files, whoever made it, and have Python look for
    modules there first.
    """

    def __init__(self, *words: Any, scratch: str, **others: Any) -> None:
        with dask.config.set({"temporary-directory": scratch, "distributed.scheduler.contact-address": None}):
            super().__init__(*words, extensions={**DEFAULT_EXTENSIONS, "spans": Spans}, **others)
