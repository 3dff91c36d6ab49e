"""The refusal of an engine that cannot run on this machine."""

from __future__ import annotations


class EngineUnavailable(RuntimeError):
    """An engine was asked for that cannot run on this machine; the message says what is missing."""
