"""PTX text taken apart: the entries of a module, their registers and their instructions."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMENT = re.compile(r"//[^\n]*")
_ENTRY = re.compile(
    r"\.visible \.entry (\w+)\(\s*\.param \.align \d+ \.b8 (\w+)\[(\d+)\]\s*\)[^{]*\{(.*?)\n\}", re.DOTALL
)
_STATEMENT = re.compile(r"(?:@(!?)(%p\d+)\s+)?([a-z][\w.:]*)\s*(.*)", re.DOTALL)
_OPERAND = re.compile(r"\[[^\]]*\]|\{[^}]*\}|[^,\s][^,]*")
_HALF_OF_64 = re.compile(r"\{ \.reg \.b32 tmp; (mov\.b64 \{[^}]*\}, %\w+;) \}")
_REGISTERS = re.compile(r"\.reg \.(\w+)\s+(%\w+)<(\d+)>;")


class Untranslatable(ValueError):
    """The PTX holds something that the translator does not know, or that rounds as the rules must not."""


@dataclass(frozen=True)
class Instruction:
    """One instruction, or a label (``operation`` empty): its guard, dotted parts, operands and line."""

    operation: tuple[str, ...]
    operands: tuple[str, ...]
    guard: str = ""
    negated: bool = False
    label: str = ""
    line: int = 0

    @property
    def kind(self) -> str:
        """The type that the instruction works on: its last part."""
        return self.operation[-1]


@dataclass(frozen=True)
class Entry:
    """One kernel: its name, the name and bytes of its one parameter, registers and instructions."""

    name: str
    parameter: str
    parameter_bytes: int
    registers: dict[str, int]
    instructions: tuple[Instruction, ...]


def parse(ptx: str) -> tuple[Entry, ...]:
    """Return the entries of a module; raise Untranslatable where there are none."""
    text = _COMMENT.sub("", ptx)
    entries = tuple(_entry(match, text) for match in _ENTRY.finditer(text))
    if not entries:
        raise Untranslatable("no entry with one by-value parameter was found")
    return entries


def _entry(match: re.Match[str], text: str) -> Entry:
    name, parameter, size, body = match.groups()
    registers: dict[str, int] = {}
    total = 0
    for _, prefix, count in _REGISTERS.findall(body):
        registers[prefix] = total
        total += int(count)
    registers[""] = total
    first_line = text.count("\n", 0, match.start(4)) + 1
    return Entry(name, parameter, int(size), registers, tuple(_instructions(body, first_line)))


def _instructions(body: str, first_line: int) -> list[Instruction]:
    found = []
    for number, raw in enumerate(body.split("\n"), first_line):
        line = _HALF_OF_64.sub(lambda found: re.sub(r"\btmp\b", "_", found[1]), " ".join(raw.split()))
        if not line or line.startswith((".reg", ".pragma", ".loc")):
            continue
        if line.endswith(":"):
            found.append(Instruction((), (), label=line[:-1], line=number))
            continue
        statement = _STATEMENT.fullmatch(line.rstrip(";"))
        if statement is None or not line.endswith(";"):
            raise Untranslatable(f"line {number}: {line}")
        negated, guard, operation, operands = statement.groups()
        parts = tuple(operand.strip() for operand in _OPERAND.findall(operands))
        found.append(Instruction(tuple(operation.split(".")), parts, guard or "", negated == "!", line=number))
    return found
