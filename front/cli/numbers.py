"""Numbers on the command line are those that files may hold: what only ``int`` and ``float`` take is refused."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, Union, get_args, get_origin, get_type_hints

import typer

from ..model.text.numerals import parse_number, parse_whole

READERS: dict[Any, Callable[[str], float]] = {int: parse_whole, float: parse_number}


def read_numbers_strictly(command: Any) -> Any:
    """Return ``command``, a group of commands, whose options refuse 1_000, nan and digits of other scripts."""
    for part in command.commands.values():
        kinds = get_type_hints(part.callback, include_extras=False)
        for parameter in part.params:
            if (reader := READERS.get(_kind(kinds.get(parameter.name)))) is not None:
                parameter.process_value = _strict(parameter, parameter.process_value, reader)
    return command


def _kind(annotation: Any) -> Any:
    """Return what an option takes: ``int`` of ``int | None``."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation
    return next((kind for kind in get_args(annotation) if kind is not types.NoneType), None)


def _strict(parameter: Any, process: Callable[..., Any], reader: Callable[[str], float]) -> Callable[..., Any]:
    def process_value(context: Any, value: Any) -> Any:
        if isinstance(value, str):
            try:
                reader(value)
            except ValueError as error:
                raise typer.BadParameter(str(error), ctx=context, param=parameter) from None
        return process(context, value)

    return process_value
