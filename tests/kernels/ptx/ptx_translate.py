"""PTX turned into C, instruction by instruction, so that the very code made for a GPU runs on a CPU.

Only what keeps IEEE 754 is known: contraction, flushing, approximation and arithmetic without a rounding mode are
refused, like any instruction that has no translation here. ptx_machine.c holds what the C code runs on.
"""

from __future__ import annotations

from pathlib import Path

from .ptx_operands import TYPES, Operands
from .ptx_parse import Entry, Instruction, Untranslatable

_COMPARE = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_COMPARE |= {"lo": "<", "ls": "<=", "hi": ">", "hs": ">="}
_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "rem": "%", "and": "&", "or": "|", "xor": "^"}


class _Translator(Operands):
    def __init__(self, entry: Entry) -> None:
        super().__init__(entry)
        self.lines: list[str] = []
        self.operations: list[str] = []
        self.stops = 0

    def translate(self) -> str:
        for instruction in self.entry.instructions:
            self.lines.append(self.statement(instruction))
        stops = "".join(f"case {k}: goto STOP{k}; " for k in range(1, self.stops + 1))
        head = "static int run_thread(Thread* T, const Place* P) {\nRegister* r = T->r;"
        go_on = f"switch (T->at) {{ {stops}default: break; }}"
        return "\n".join((head, go_on, *self.lines, "T->at = -1; return ENDED;\n}"))

    def statement(self, at: Instruction) -> str:
        if at.label:
            return f"{at.label.replace('$', 'X')}:;"
        name = ".".join(at.operation)
        if name not in self.operations:
            self.operations.append(name)
        translated = f"{{ COUNT({self.operations.index(name)}) {self.body(at)} }}"
        if at.guard:
            return f"if ({'!' if at.negated else ''}{self.place(at.guard, 'pred')}) {translated}"
        return translated

    def body(self, at: Instruction) -> str:
        handler = getattr(self, f"do_{at.operation[0]}", None)
        if handler is None or {"ftz", "approx", "nc"} & set(at.operation):
            raise Untranslatable(f"line {at.line}: {'.'.join(at.operation)}")
        try:
            return str(handler(at))
        except (Untranslatable, KeyError, IndexError) as error:
            text = f"{'.'.join(at.operation)} {', '.join(at.operands)}"
            raise Untranslatable(f"line {at.line}: {text}: {error}") from error

    # ---- memory -----------------------------------------------------------------------------------------------
    def do_ld(self, at: Instruction) -> str:
        space, kind = at.operation[-2 - ("v2" in at.operation or "v4" in at.operation)], at.kind
        targets = [target.strip() for target in at.operands[0].strip("{}").split(",")]
        texts = []
        for k, target in enumerate(targets):
            address = f"{self.address(at.operands[1])} + {k} * sizeof({TYPES[kind]})"
            where = self.place(target, "u64" if target.startswith("%rd") and kind in ("u32", "b32") else kind)
            if space == "param":
                copied = f"memcpy(&loaded, P->parameter + {address}, sizeof loaded);"
                texts.append(f"{{ {TYPES[kind]} loaded; {copied} {where} = loaded; }}")
            else:
                texts.append(f"LOAD({TYPES[kind]}, {address}, {self.shared(space)}, {at.line}, {where})")
        return " ".join(texts)

    def do_st(self, at: Instruction) -> str:
        kind = at.kind
        values = [value.strip() for value in at.operands[1].strip("{}").split(",")]
        return " ".join(
            f"STORE({TYPES[kind]}, {self.address(at.operands[0])} + {k} * sizeof({TYPES[kind]}), "
            f"{self.shared(at.operation[1])}, {at.line}, ({TYPES[kind]}){self.value(value, kind)})"
            for k, value in enumerate(values)
        )

    def do_atom(self, at: Instruction) -> str:
        # No order but "relaxed" is known; how far it is seen ("gpu") cannot matter within one block.
        _, space, how, kind = (part for part in at.operation if part not in ("relaxed", "gpu"))
        target, address, *values = at.operands
        given = ", ".join(self.value(value, kind) for value in values)
        macro = {"add": "ADD", "cas": "SWAP_IF"}[how]
        return (
            f"{macro}({TYPES[kind]}, {self.address(address)}, {self.shared(space)}, {at.line}, {given}, "
            f"{self.place(target, kind)})"
        )

    def do_red(self, at: Instruction) -> str:
        _, space, how, kind = at.operation
        if how != "add":
            raise Untranslatable(how)
        address, value = at.operands
        return (
            f"{{ {TYPES[kind]} unused; ADD({TYPES[kind]}, {self.address(address)}, {self.shared(space)}, {at.line}, "
            f"{self.value(value, kind)}, unused) (void)unused; }}"
        )

    def do_cvta(self, at: Instruction) -> str:
        if at.operation[1:] != ("to", "global", "u64"):
            raise Untranslatable("a generic address")
        return f"{self.place(at.operands[0], 'u64')} = {self.value(at.operands[1], 'u64')};"

    # ---- moves and conversions --------------------------------------------------------------------------------
    def do_mov(self, at: Instruction) -> str:
        target, source = at.operands
        if source.startswith("{"):
            low, high = (part.strip() for part in source.strip("{}").split(","))
            whole = f"(uint64_t){self.value(high, 'u32')} << 32 | {self.value(low, 'u32')}"
            return f"{self.place(target, 'u64')} = {whole};"
        if target.startswith("{"):
            low, high = (part.strip() for part in target.strip("{}").split(","))
            texts = [f"uint64_t whole = {self.value(source, 'u64')};"]
            if low != "_":
                texts.append(f"{self.place(low, 'u32')} = (uint32_t)whole;")
            if high != "_":
                texts.append(f"{self.place(high, 'u32')} = (uint32_t)(whole >> 32);")
            return " ".join(texts)
        if at.kind == "b64" and source.startswith("0d"):
            return f"{self.place(target, 'f64')} = {self.value(source, 'f64')};"
        return f"{self.place(target, at.kind)} = {self.value(source, at.kind)};"

    def do_cvt(self, at: Instruction) -> str:
        *how, to, source = at.operation[1:]
        target, value = self.place(at.operands[0], to), self.value(at.operands[1], source)
        if source == "f64" and to == "f64" and how == ["rmi"]:
            return f"{target} = floor({value});"
        if source == "f64":
            function = {"s64": "whole_s64", "u32": "whole_u32"}[to]
            rounded = {"rmi": f"floor({value})", "rzi": value}["".join(how)]
            return f"{target} = {function}({rounded});"
        if to == "f64" and how != ["rn"]:
            raise Untranslatable("no rounding mode")
        return f"{target} = ({TYPES[to]})({TYPES[source]}){value};"

    def do_selp(self, at: Instruction) -> str:
        target, chosen, otherwise, condition = at.operands
        values = f"{self.value(chosen, at.kind)} : {self.value(otherwise, at.kind)}"
        return f"{self.place(target, at.kind)} = {self.place(condition, 'pred')} ? {values};"

    def do_setp(self, at: Instruction) -> str:
        _, how, kind = at.operation
        left, right = (self.value(operand, kind) for operand in at.operands[1:])
        if kind == "f64" and how.endswith("u") and how[:-1] in _COMPARE:  # true where the two cannot be compared
            opposite = {"lt": ">=", "le": ">", "gt": "<=", "ge": "<", "eq": "", "ne": ""}[how[:-1]]
            test = f"!({left} {opposite} {right})" if opposite else f"!({left} == {right})"
            if how == "equ":
                test = f"!({left} < {right} || {left} > {right})"
        elif kind == "f64" and how == "ne":
            test = f"({left} < {right} || {left} > {right})"
        else:
            test = f"({left} {_COMPARE[how]} {right})"
        return f"{self.place(at.operands[0], 'pred')} = {test};"

    # ---- arithmetic -------------------------------------------------------------------------------------------
    def infix(self, at: Instruction) -> str:
        name, kind = at.operation[0], at.kind
        if kind == "f64":
            if at.operation[1:-1] != ("rn",):
                raise Untranslatable("no rounding mode")
        elif name not in ("and", "or", "xor", "div", "rem"):
            kind = kind.replace("s", "u")  # wraps around
        texts = (self.value(operand, kind) for operand in at.operands[1:])
        return f"{self.place(at.operands[0], kind)} = ({TYPES[kind]})({f' {_INFIX[name]} '.join(texts)});"

    do_add = do_sub = do_div = do_rem = do_and = do_or = do_xor = infix

    def do_mul(self, at: Instruction) -> str:
        if "wide" not in at.operation:
            return self.infix(at) if at.kind == "f64" or at.operation[1] == "lo" else self.high(at)
        to = {"u16": "u32", "u32": "u64", "s16": "s32", "s32": "s64"}[at.kind]
        left, right = (self.value(operand, at.kind) for operand in at.operands[1:])
        return f"{self.place(at.operands[0], to)} = ({TYPES[to]}){left} * ({TYPES[to]}){right};"

    def high(self, at: Instruction) -> str:
        if at.operation[1:] != ("hi", "u32"):
            raise Untranslatable("high half")
        left, right = (self.value(operand, "u32") for operand in at.operands[1:])
        return f"{self.place(at.operands[0], 'u32')} = (uint32_t)((uint64_t){left} * {right} >> 32);"

    def do_mad(self, at: Instruction) -> str:
        how, kind = at.operation[1], at.kind
        to = {"u32": "u64", "u16": "u32"}[kind] if how == "wide" else kind.replace("s", "u")
        if how not in ("lo", "wide") or kind == "f64":
            raise Untranslatable("contraction")
        left, right = (self.value(operand, kind.replace("s", "u")) for operand in at.operands[1:3])
        product = f"({TYPES[to]}){left} * ({TYPES[to]}){right}"
        return f"{self.place(at.operands[0], to)} = ({TYPES[to]})({product} + {self.value(at.operands[3], to)});"

    def do_sqrt(self, at: Instruction) -> str:
        return self.one(at, "sqrt({})", ("rn", "f64"))

    def do_rcp(self, at: Instruction) -> str:
        return self.one(at, "1.0 / {}", ("rn", "f64"))

    def one(self, at: Instruction, how: str, needed: tuple[str, ...]) -> str:
        if at.operation[1:] != needed:
            raise Untranslatable("no rounding mode")
        return f"{self.place(at.operands[0], at.kind)} = {how.format(self.value(at.operands[1], at.kind))};"

    def do_abs(self, at: Instruction) -> str:
        return self.one(at, "fabs({})", ("f64",))

    def do_neg(self, at: Instruction) -> str:
        kind = at.kind if at.kind == "f64" else at.kind.replace("s", "u")
        return f"{self.place(at.operands[0], kind)} = -{self.value(at.operands[1], kind)};"

    def do_not(self, at: Instruction) -> str:
        sign = "!" if at.kind == "pred" else "~"
        value = f"({TYPES[at.kind]}){sign}{self.value(at.operands[1], at.kind)}"
        return f"{self.place(at.operands[0], at.kind)} = {value};"

    def extreme(self, at: Instruction) -> str:
        name, kind = at.operation
        left, right = (self.value(operand, kind) for operand in at.operands[1:])
        target, sign = self.place(at.operands[0], kind), ">" if name == "max" else "<"
        if kind == "f64":
            return f"{target} = {'larger' if name == 'max' else 'smaller'}_f64({left}, {right});"
        return f"{target} = {left} {sign} {right} ? {left} : {right};"

    do_max = do_min = extreme

    def do_popc(self, at: Instruction) -> str:
        return f"{self.place(at.operands[0], 'u32')} = __builtin_popcount({self.value(at.operands[1], 'u32')});"

    def shift(self, at: Instruction) -> str:
        name, kind = at.operation
        bits, sign = int(kind[1:]), "<<" if name == "shl" else ">>"
        if kind.startswith("s"):
            raise Untranslatable("signed shift")
        amount, value = self.value(at.operands[2], "u32"), self.value(at.operands[1], kind)
        shifted = f"({TYPES[kind]})({value} {sign} {amount})"
        return f"{self.place(at.operands[0], kind)} = {amount} >= {bits} ? 0 : {shifted};"

    do_shl = do_shr = shift

    def do_bfi(self, at: Instruction) -> str:
        """The lowest ``length`` bits of the first value take the place of those of the second from ``start`` on."""
        target, inserted, into, start, length = at.operands
        kind, first, bits = at.kind, int(start), int(length)
        if not 0 <= first < first + bits <= int(kind[1:]):
            raise Untranslatable("bits beyond the register")
        mask = f"{hex(((1 << bits) - 1) << first)}ull"
        moved = f"((uint64_t){self.value(inserted, kind)} << {first} & {mask})"
        kept = f"((uint64_t){self.value(into, kind)} & ~{mask})"
        return f"{self.place(target, kind)} = ({TYPES[kind]})({moved} | {kept});"

    # ---- control ----------------------------------------------------------------------------------------------
    def do_bra(self, at: Instruction) -> str:
        return f"goto {at.operands[0].replace('$', 'X')};"

    def do_ret(self, at: Instruction) -> str:
        return "T->at = -1; return ENDED;"

    def stop(self, state: str, after: str = "") -> str:
        self.stops += 1
        return f"T->at = {self.stops}; return {state}; STOP{self.stops}:; {after}"

    def do_bar(self, at: Instruction) -> str:
        if at.operation != ("bar", "sync") or at.operands != ("0",) or at.guard:
            raise Untranslatable("a barrier of its own kind")
        return self.stop("AT_BARRIER")

    do_barrier = do_bar

    def do_shfl(self, at: Instruction) -> str:
        target, source, lane, clamp, members = at.operands
        if at.operation != ("shfl", "sync", "bfly", "b32") or at.guard:
            raise Untranslatable("another shuffle")
        partly = f"{self.value(members, 'u32')} != 0xffffffffu || {self.value(clamp, 'u32')} != 31u"
        all_there = f"if ({partly}) report(WARP_DIVERGED, {at.line});"
        register, _, predicate = target.partition("|")
        after = f"{self.place(register, 'u32')} = P->exchange[(P->tid ^ {self.value(lane, 'u32')}) & 31u];"
        if predicate:
            after += f" {self.place(predicate, 'pred')} = 1;"
        return f"{all_there} T->given = {self.value(source, 'u32')}; " + self.stop("AT_WARP", after)

    def do_vote(self, at: Instruction) -> str:
        if at.operation != ("vote", "sync", "ballot", "b32") or at.guard:
            raise Untranslatable("another vote")
        target, source, members = at.operands
        all_there = f"if ({self.value(members, 'u32')} != 0xffffffffu) report(WARP_DIVERGED, {at.line});"
        votes = "uint32_t votes = 0; for (int k = 0; k < 32; ++k) votes |= (P->exchange[k] & 1u) << k;"
        after = f"{{ {votes} {self.place(target, 'u32')} = votes; }}"
        return f"{all_there} T->given = {self.place(source, 'pred')} != 0; " + self.stop("AT_WARP", after)


def to_c(entry: Entry, counting: bool = False) -> tuple[str, tuple[str, ...]]:
    """Return the C program of an entry and the operations that its ``counts`` count."""
    translator = _Translator(entry)
    code = translator.translate()
    machine = (Path(__file__).parent / "ptx_machine.c").read_text(encoding="utf-8")
    head = [
        f"#define REGISTERS {max(1, entry.registers[''])}",
        f"#define OPERATIONS {max(1, len(translator.operations))}",
        f"#define COUNT(k) {'counts[k]++;' if counting else ''}",
    ]
    return "\n".join((*head, machine, code, "")), tuple(translator.operations)
