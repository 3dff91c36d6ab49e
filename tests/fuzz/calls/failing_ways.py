"""The ways in which a call of the file system may end, and which calls there are."""

from __future__ import annotations

import errno
from typing import NamedTuple

BY_PATH = ("open", "mkdir", "unlink", "remove", "rmdir", "truncate", "chmod", "utime", "stat", "lstat")
BY_DESCRIPTOR = ("write", "pwrite", "fsync", "fdatasync", "ftruncate")
OF_TWO_PATHS = ("rename", "replace", "link", "symlink")
LISTING = ("listdir", "scandir")
READING = ("open to read", "read", "stat", "lstat", *LISTING)
"""What changes nothing on the disk."""
GROWING = ("open", "mkdir", "write", "pwrite", "link", "symlink", "sendfile")
"""What a full disk refuses."""


class Call(NamedTuple):
    """One call: what it does, where below the folder, and how often that was done there before."""

    operation: str
    place: str
    before: int


class Killed(BaseException):
    """The process is no more: no call of it reaches the disk any longer."""


class Failing(NamedTuple):
    """What the system does at a call: an error ``number`` instead of it, ``after`` it, or after a ``short`` write.

    With ``lasting`` operations every later call of these fails as well; with ``kills`` the process ends there.
    """

    name: str
    number: int = 0
    after: bool = False
    short: bool = False
    lasting: tuple[str, ...] = ()
    kills: bool = False

    def __repr__(self) -> str:
        return self.name

    def applies(self, call: Call) -> bool:
        """Whether a call of this operation can fail so: a call that only reads needs no room, and leaves no trace."""
        if self.short:
            return call.operation in ("write", "pwrite")
        if call.operation in READING and (self.kills or self.after or self.number in (errno.ENOSPC, errno.EDQUOT)):
            return False
        return not self.lasting or call.operation in self.lasting


CHANGING = ("open", "mkdir", "unlink", "rmdir", "truncate", "chmod", "utime", *BY_DESCRIPTOR, *OF_TWO_PATHS, "sendfile")
EVERYTHING = (*CHANGING, *READING, "close")
WAYS = (
    Failing("EIO", errno.EIO),
    Failing("ENOSPC", errno.ENOSPC),
    Failing("EDQUOT", errno.EDQUOT),
    Failing("EINTR", errno.EINTR),
    Failing("EIO though it was done", errno.EIO, after=True),
    Failing("a short write, then ENOSPC", errno.ENOSPC, short=True),
    Failing("a full disk", errno.ENOSPC, lasting=GROWING),
    Failing("a disk that is read-only from then on", errno.EROFS, lasting=CHANGING),
    Failing("a dead disk", errno.EIO, lasting=EVERYTHING),
    Failing("killed", kills=True),
    Failing("killed after it was done", kills=True, after=True),
)
"""The ways in which a call may end. Python itself repeats most calls that a signal interrupts; what EINTR stands for
here are those that it does not: of file systems that are mounted so that a signal ends a call for good."""
