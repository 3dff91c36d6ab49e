"""Names and numbers of the format of a store, stated once for those who write stores and those who read them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STORE_FORMAT = 5
"""The newest format: 2 added digests of values, 3 says ``streams`` where those before say ``luck``, 4 has samples of
several arms, and random streams that these share, 5 distributions, constants that differ between points, own rules and
choices between rules."""
WITHOUT_OWN_RULES = 4
"""The format of a sweep with arms that has nothing of the last."""
WITHOUT_ARMS = 3
"""The format of a sweep that has none of these, which older versions read as well."""
FIRST_WITH_DIGESTS = 2
"""The oldest format with digests of values and a seal on the root file."""
OLDEST_FORMAT = 1
"""The oldest format that is read, and finished where it was begun; it has no digests."""
MISSING, DONE, FAILED = 0, 1, 2
"""What ``status`` says of a run."""
UNKNOWN_STATUS = "holds a status that no run can have"
STATUS, DIGEST = "status", "digest"
SUMMARIES = "summaries"
"""The variable that holds sums of runs (point, replicate, sum), in stores that have it."""
OBSERVATION = "observation"
"""The attribute that holds the hash of what these are sums of; absent without them."""
BATCH_DIMENSIONS = ("point", "replicate")
"""The dimensions of every variable that runs fill; a batch is a block of both."""
CHUNK_SEPARATOR = "."
"""Chunk files lie beside each other in the folder of their variable: no further folders count against a quota."""
LOG = "log"
PRESENT: Mapping[str, str] = MappingProxyType({"luck": "streams"})
"""Former key -> the key of a spec, and attribute of a store, that it is now."""
FORMER_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType({"luck": ("common", "independent")})
"""Former key -> what it may say: what came later is said by the present key alone."""
FORMER: Mapping[str, str] = MappingProxyType({now: former for former, now in PRESENT.items()})
"""Key -> what it was called when the first hashes and digests were taken."""


OWN_RULES = "own_rules"
"""The attribute that holds the text of the rules of one's own; absent where there are none."""


class StoreError(ValueError):
    """A store that cannot be used as asked; the message is one line that says why and what to do."""


class StoreDamaged(StoreError):
    """A store that does not hold what was written."""


class StoreUnreadable(StoreDamaged):
    """A file that is there, and that the system does not let be read: it may hold what was written, or not."""
