"""The file at the top of a store, ``zarr.json``: the attributes of the whole, and a copy of the metadata of all arrays.

It is the one file that nothing else in the store could restore, and what it says decides every run. So it is only ever
replaced whole, and carries a seal: the CRC-32C of its own bytes, with zeros in place of the seal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import google_crc32c

from .format import FORMER, PRESENT

NAME = "zarr.json"
_SEAL = re.compile(rb'("seal": ")([0-9a-f]{8})(")')
_OPEN = "0" * 8


def read_root_bytes(store: Path) -> bytes:
    """Return the bytes of the root file of the store in folder, or zip file, ``store``; raises OSError without one."""
    if store.is_dir():
        return (store / NAME).read_bytes()
    try:
        with ZipFile(store) as archive:
            return archive.read(NAME)
    except KeyError:
        raise FileNotFoundError(f"'{store}' holds no {NAME}") from None
    except (OSError, MemoryError):
        raise
    except Exception as error:
        # Every method of compression has errors of its own for what does not decode.
        raise OSError(f"'{store}' is damaged: {error}") from error


def read_root(store: Path) -> dict[str, Any]:
    """Return the content of the root file of the store in folder, or zip file, ``store``."""
    found = json.loads(read_root_bytes(store))
    assert isinstance(found, dict), store
    return found


def sealed(content: dict[str, Any]) -> bytes:
    """Return the bytes of a root file of ``content``, with its seal."""
    attributes = {**content["attributes"], "seal": _OPEN}
    unsealed = json_bytes({**content, "attributes": attributes})
    # Put into the bytes: parsed and written once more they might not be the same.
    return _SEAL.sub(rb"\g<1>%08x\g<3>" % google_crc32c.value(unsealed), unsealed)


def seal_is_broken(content: bytes, needed: bool) -> bool:
    """Return whether the bytes of a root file are not those that were sealed.

    One without a seal is taken unless it is ``needed``: the first stores had none.
    """
    found = _SEAL.findall(content)
    if not found:
        return needed
    unsealed = _SEAL.sub(rb"\g<1>%s\g<3>" % _OPEN.encode(), content)
    # Of two seals nobody could say which one counts.
    return len(found) > 1 or int(found[0][1], 16) != google_crc32c.value(unsealed)


def json_bytes(content: object) -> bytes:
    """Return metadata as Zarr writes them."""
    return json.dumps(content, indent=2).encode()


def with_present_keys(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``table`` with each former key under its present name; where both stand, the present one holds."""
    return {PRESENT.get(key, key): value for key, value in table.items() if PRESENT.get(key) not in table}


def with_former_keys(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``table``, in its order, with the keys that hashes and digests are taken of."""
    return {FORMER.get(key, key): value for key, value in table.items()}
