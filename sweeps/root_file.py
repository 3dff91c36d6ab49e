"""The file at the top of a store, ``zarr.json``: the attributes of the whole, and a copy of the metadata of all arrays.

It is the one file that nothing else in the store could restore, and what it says decides every run. So it is only ever
replaced whole, and carries a seal: the CRC-32C of its own bytes, with zeros in place of the seal.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import google_crc32c

from .durable import write_durably

NAME = "zarr.json"
_SEAL = re.compile(rb'("seal": ")([0-9a-f]{8})(")')
_OPEN = "0" * 8


def read_root(store: Path) -> dict[str, Any]:
    """Return the content of the root file of the store in folder ``store``."""
    found = json.loads((store / NAME).read_bytes())
    assert isinstance(found, dict), store
    return found


def write_root(store: Path, content: dict[str, Any]) -> None:
    """Seal ``content`` and put it in the place of the root file of ``store``, durably and in one step."""
    content["attributes"] = {**content["attributes"], "seal": _OPEN}
    unsealed = json_bytes(content)
    write_durably(store / NAME, _SEAL.sub(rb"\g<1>%08x\g<3>" % google_crc32c.value(unsealed), unsealed))


def seal_is_broken(content: bytes) -> bool:
    """Return whether the bytes of a root file are not those that were sealed; one without a seal is taken."""
    found = _SEAL.findall(content)
    if not found:
        return False
    unsealed = _SEAL.sub(rb"\g<1>%s\g<3>" % _OPEN.encode(), content)
    return len(found) > 1 or int(found[0][1], 16) != google_crc32c.value(unsealed)


def json_bytes(content: object) -> bytes:
    """Return metadata as Zarr writes them."""
    return json.dumps(content, indent=2).encode()
