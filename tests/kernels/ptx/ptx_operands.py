"""Operands of PTX, registers, literals, special registers and addresses, written as C."""

from __future__ import annotations

import re

from .ptx_parse import Entry, Untranslatable

TYPES = {
    "u64": "uint64_t", "s64": "int64_t", "b64": "uint64_t", "f64": "double", "u32": "uint32_t", "s32": "int32_t",
    "b32": "uint32_t", "u16": "uint16_t", "s16": "int16_t", "b16": "uint16_t", "u8": "uint8_t", "b8": "uint8_t",
    "pred": "uint32_t",
}  # fmt: skip
_PLACED = {"b64": "u64", "b32": "u32", "b16": "u16", "u8": "u16", "b8": "u16", "pred": "u32"}
_FIELDS = {kind: _PLACED.get(kind, kind) for kind in TYPES}
_SPECIAL = {"%tid.x": "P->tid", "%ntid.x": "P->ntid", "%ctaid.x": "P->ctaid", "%nctaid.x": "P->nctaid"}
_REGISTER = re.compile(r"(%[a-z]+)(\d+)")
_ADDRESS = re.compile(r"\[([%$\w]+)(?:\+(-?\d+))?\]")


class Operands:
    """The operands of one entry, as C."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    def place(self, operand: str, kind: str) -> str:
        """Return the register ``operand`` as a value of ``kind``."""
        found = _REGISTER.fullmatch(operand)
        if found is None or found[1] not in self.entry.registers:
            raise Untranslatable(f"register {operand}")
        return f"r[{self.entry.registers[found[1]] + int(found[2])}].{_FIELDS[kind]}"

    def value(self, operand: str, kind: str) -> str:
        """Return a register or a literal as a value of ``kind``."""
        if operand in _SPECIAL:
            return _SPECIAL[operand]
        if operand.startswith("%"):
            return self.place(operand, kind)
        if operand in (self.entry.parameter, "shared_words"):
            return "0"  # offsets within the parameter and within shared memory
        if kind == "f64" and re.fullmatch(r"0d[0-9A-F]{16}", operand):
            return f"((Register){{.u64 = 0x{operand[2:]}ull}}).f64"
        if kind != "f64" and re.fullmatch(r"-?\d+", operand):
            return f"(({TYPES[kind]}){operand}ll)"
        raise Untranslatable(f"operand {operand} of kind {kind}")

    def address(self, operand: str) -> str:
        """Return the address that ``[base+offset]`` stands for."""
        found = _ADDRESS.fullmatch(operand)
        if found is None:
            raise Untranslatable(f"address {operand}")
        base = found[1]
        wide = "u64" if base.startswith("%rd") or not base.startswith("%") else "u32"
        return f"(uint64_t)({self.value(base, wide)} + ({found[2] or 0}))"

    def shared(self, space: str) -> int:
        """Return 1 for shared and 0 for global memory; other spaces are not known."""
        if space not in ("shared", "global"):
            raise Untranslatable(f"memory space {space}")
        return int(space == "shared")
