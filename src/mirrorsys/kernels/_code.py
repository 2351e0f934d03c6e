"""Machine code written in the words of Python: values with operators, memory, loops.

`Code` builds one function of LLVM. A `Value` stands for a number that the function will
have computed; ``a + b`` writes the instruction that adds. With `lanes` the numbers are
vectors of that many doubles, one for each lane, and comparisons are masks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

__all__ = ["Code", "Memory", "Value"]

DOUBLE, WORD, POINTER = ir.DoubleType(), ir.IntType(64), ir.PointerType()
CONTRACT = ("contract",)  # a product and the sum it is part of may be rounded once


class Value:
    """A number, vector or mask that the function will have computed."""

    __slots__ = ("code", "raw")

    def __init__(self, code: Code, raw: Any) -> None:
        self.code, self.raw = code, raw

    def _with(self, other: Any, of_floats: str, of_words: str) -> Value:
        builder, value = self.code.builder, self.code.like(self, other)
        if self.is_word:
            return Value(self.code, getattr(builder, of_words)(self.raw, value.raw))
        return Value(self.code, getattr(builder, of_floats)(self.raw, value.raw, flags=CONTRACT))

    @property
    def is_word(self) -> bool:
        kind = self.raw.type
        return isinstance(kind.element if isinstance(kind, ir.VectorType) else kind, ir.IntType)

    def __add__(self, other: Any) -> Value:
        return self._with(other, "fadd", "add")

    def __sub__(self, other: Any) -> Value:
        return self._with(other, "fsub", "sub")

    def __mul__(self, other: Any) -> Value:
        return self._with(other, "fmul", "mul")

    def __truediv__(self, other: Any) -> Value:
        return self._with(other, "fdiv", "sdiv")

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> Value:
        return self.code.like(self, other) - self

    def __rtruediv__(self, other: Any) -> Value:
        return self.code.like(self, other) / self

    def _compared(self, sign: str, other: Any) -> Value:
        builder, value = self.code.builder, self.code.like(self, other)
        compare = builder.icmp_signed if self.is_word else builder.fcmp_ordered
        return Value(self.code, compare(sign, self.raw, value.raw))

    def __lt__(self, other: Any) -> Value:
        return self._compared("<", other)

    def __le__(self, other: Any) -> Value:
        return self._compared("<=", other)

    def __gt__(self, other: Any) -> Value:
        return self._compared(">", other)

    def __ge__(self, other: Any) -> Value:
        return self._compared(">=", other)

    def equals(self, other: Any) -> Value:
        """Return where both are equal."""
        return self._compared("==", other)

    def _of_bits(self, operation: str, other: Any) -> Value:
        value = self.code.like(self, other)
        return Value(self.code, getattr(self.code.builder, operation)(self.raw, value.raw))

    def __and__(self, other: Any) -> Value:
        return self._of_bits("and_", other)

    def __or__(self, other: Any) -> Value:
        return self._of_bits("or_", other)

    def __xor__(self, other: Any) -> Value:
        return self._of_bits("xor", other)

    def __lshift__(self, other: int) -> Value:
        return self._of_bits("shl", other)

    def __rshift__(self, other: int) -> Value:
        return self._of_bits("lshr", other)

    def __invert__(self) -> Value:
        return Value(self.code, self.code.builder.not_(self.raw))


class Memory:
    """An array of vectors (or, with `kind`, of single doubles or words) in memory."""

    def __init__(self, code: Code, address: Any, kind: Any = None) -> None:
        self.code, self.address, self.kind = code, address, kind or code.vector

    def _place(self, index: Any) -> Any:
        position = self.code.word(index).raw
        return self.code.builder.gep(self.address, [position], source_etype=self.kind)

    def __getitem__(self, index: Any) -> Value:
        return Value(self.code, self.code.builder.load(self._place(index), typ=self.kind))

    def __setitem__(self, index: Any, value: Any) -> None:
        value = value if isinstance(value, Value) else self.code.constant(value, self.kind)
        self.code.builder.store(value.raw, self._place(index))

    def at(self, index: Any) -> Memory:
        """Return the array that begins at `index` of this one."""
        return Memory(self.code, self._place(index), self.kind)

    @property
    def lane(self) -> Memory:
        """The same memory as single doubles: that of lane l of vector i is i * lanes + l."""
        return Memory(self.code, self.address, DOUBLE)


class Code:
    """One function of pointers, as it is written.

    Parameters
    ----------
    module : llvmlite.ir.Module
    name : str
    n_arguments : int
        The function takes that many pointers and returns nothing.
    lanes : int
    """

    def __init__(self, module: ir.Module, name: str, n_arguments: int, lanes: int) -> None:
        self.module, self.lanes = module, lanes
        # One lane is a plain number, whose loops LLVM can make vectors of by itself.
        self.vector = DOUBLE if lanes == 1 else ir.VectorType(DOUBLE, lanes)
        self.whole_vector = WORD if lanes == 1 else ir.VectorType(WORD, lanes)
        kind = ir.FunctionType(ir.VoidType(), [POINTER] * n_arguments)
        self.function = ir.Function(module, kind, name)
        self.builder = ir.IRBuilder(self.function.append_basic_block("entry"))
        self._entry = self.function.entry_basic_block

    # ---- numbers -----------------------------------------------------------------------

    def constant(self, number: float, kind: Any = None) -> Value:
        """Return a number as a vector of equal lanes, or of another `kind`."""
        kind = kind or self.vector
        if isinstance(kind, ir.VectorType):
            whole = isinstance(kind.element, ir.IntType)
            each = kind.element(int(number) if whole else float(number))
            return Value(self, ir.Constant(kind, [each] * self.lanes))
        return Value(self, kind(int(number) if isinstance(kind, ir.IntType) else float(number)))

    def word(self, number: Any) -> Value:
        """Return a whole number: an index or count."""
        return number if isinstance(number, Value) else Value(self, WORD(int(number)))

    def like(self, value: Value, other: Any) -> Value:
        """Return `other` as a value that `value` can be combined with."""
        return other if isinstance(other, Value) else self.constant(other, value.raw.type)

    def number(self, word: Value) -> Value:
        """Return a whole number as a double."""
        return Value(self, self.builder.sitofp(word.raw, DOUBLE))

    def whole(self, number: Value) -> Value:
        """Return a double, whole by value, as a whole number."""
        return Value(self, self.builder.fptosi(number.raw, WORD))

    def words(self, numbers: Value) -> Value:
        """Return doubles, whole by value, as whole numbers in every lane."""
        return Value(self, self.builder.fptoui(numbers.raw, self.whole_vector))

    def numbers(self, words: Value) -> Value:
        """Return whole numbers in every lane as doubles."""
        return Value(self, self.builder.uitofp(words.raw, self.vector))

    def bits(self, value: Value, kind: Any) -> Value:
        """Return the same bits as numbers of another kind."""
        return Value(self, self.builder.bitcast(value.raw, kind))

    def spread(self, number: Value) -> Value:
        """Return a single number in every lane."""
        if self.lanes == 1:
            return number
        kind = self.vector if number.raw.type == DOUBLE else self.whole_vector
        vector: Any = ir.Constant(kind, ir.Undefined)
        for lane in range(self.lanes):
            vector = self.builder.insert_element(vector, number.raw, ir.IntType(32)(lane))
        return Value(self, vector)

    def _intrinsic(self, name: str, *values: Value) -> Value:
        kind = values[0].raw.type
        suffix = f"v{self.lanes}f64" if isinstance(kind, ir.VectorType) else "f64"
        function = self._named(f"llvm.{name}.{suffix}", kind, [kind] * len(values))
        return Value(self, self.builder.call(function, [each.raw for each in values]))

    def _named(self, name: str, result: Any, arguments: list[Any]) -> Any:
        if name in self.module.globals:
            return self.module.globals[name]
        return ir.Function(self.module, ir.FunctionType(result, arguments), name)

    def sqrt(self, value: Value) -> Value:
        return self._intrinsic("sqrt", value)

    def abs(self, value: Value) -> Value:
        return self._intrinsic("fabs", value)

    def largest(self, a: Value, b: Any) -> Value:
        """Return the larger of two; of a number and none, the number."""
        return self._intrinsic("maxnum", a, self.like(a, b))

    def least(self, a: Value, b: Any) -> Value:
        """Return the lesser of two; of a number and none, the number."""
        return self._intrinsic("minnum", a, self.like(a, b))

    def choose(self, mask: Value, first: Any, second: Any) -> Value:
        """Return `first` where the mask is set and `second` elsewhere."""
        model = first if isinstance(first, Value) else second
        model = model if isinstance(model, Value) else self.constant(0.0)
        a, b = self.like(model, first), self.like(model, second)
        return Value(self, self.builder.select(mask.raw, a.raw, b.raw))

    def any(self, mask: Value) -> Value:
        """Return whether the mask is set in any lane."""
        if self.lanes == 1:
            return mask
        bits = self.builder.bitcast(mask.raw, ir.IntType(self.lanes))
        return Value(self, self.builder.icmp_unsigned("!=", bits, bits.type(0)))

    # ---- memory ------------------------------------------------------------------------

    def argument(self, index: int, kind: Any = None) -> Memory:
        """Return the memory that an argument of the function points to."""
        return Memory(self, self.function.args[index], kind)

    def pointer(self, table: Memory, index: int, kind: Any = None) -> Memory:
        """Return the memory that an entry of a table of addresses points to."""
        place = self.builder.gep(table.address, [WORD(index)], source_etype=POINTER)
        return Memory(self, self.builder.load(place, typ=POINTER), kind)

    def variable(self, kind: Any, value: float) -> Memory:
        """Return room for one changing number, ``[0]`` of it."""
        with self.builder.goto_block(self._entry):
            address = self.builder.alloca(kind)
        address.type = POINTER  # llvmlite still gives it the type of what it points to
        memory = Memory(self, address, kind)
        memory[0] = value
        return memory

    def zero(self) -> Memory:
        """Return room for one changing vector, zero at this point."""
        return self.variable(self.vector, 0.0)

    def table(self, name: str, numbers: list[int]) -> Memory:
        """Return whole numbers that are part of the code."""
        kind = ir.ArrayType(WORD, len(numbers))
        constant = ir.GlobalVariable(self.module, kind, name)
        constant.initializer = ir.Constant(kind, numbers)
        constant.global_constant, constant.linkage = True, "internal"
        address = self.builder.gep(constant, [WORD(0)], source_etype=WORD)
        address.type = POINTER
        return Memory(self, address, WORD)

    def gathered(self, memory: Memory, places: Memory, first: Value) -> Value:
        """Return in each lane the number at its own place, the places lying side by side."""
        vector: Any = ir.Constant(self.vector, ir.Undefined)
        for lane in range(self.lanes):
            number = memory[places[first + lane]]
            vector = self.builder.insert_element(vector, number.raw, ir.IntType(32)(lane))
        return Value(self, vector)

    # ---- flow of control ---------------------------------------------------------------

    @contextmanager
    def loop(self, count: Any, start: Any = 0) -> Iterator[Value]:
        """Do what follows for every index from `start` to below `count`."""
        builder, before = self.builder, self.builder.block
        head, body, after = (builder.append_basic_block() for _ in range(3))
        first, end = self.word(start).raw, self.word(count).raw
        builder.branch(head)
        builder.position_at_end(head)
        index = builder.phi(WORD)
        index.add_incoming(first, before)
        builder.cbranch(builder.icmp_signed("<", index, end), body, after)
        builder.position_at_end(body)
        yield Value(self, index)
        index.add_incoming(builder.add(index, WORD(1)), builder.block)
        builder.branch(head)
        builder.position_at_end(after)

    @contextmanager
    def forever(self) -> Iterator[Callable[[Value], None]]:
        """Do what follows again and again; what is yielded leaves if its condition holds."""
        builder = self.builder
        head, after = builder.append_basic_block(), builder.append_basic_block()
        builder.branch(head)
        builder.position_at_end(head)

        def leave_if(condition: Value) -> None:
            on = builder.append_basic_block()
            builder.cbranch(condition.raw, after, on)
            builder.position_at_end(on)

        yield leave_if
        builder.branch(head)
        builder.position_at_end(after)

    @contextmanager
    def when(self, condition: Value) -> Iterator[None]:
        """Do what follows only if a single condition holds."""
        with self.builder.if_then(condition.raw):
            yield

    def call(self, name: str, *memories: Memory) -> None:
        """Call a function of the module, or one that will be linked to it."""
        function = self._named(name, ir.VoidType(), [POINTER] * len(memories))
        self.builder.call(function, [each.address for each in memories])

    def end(self) -> None:
        """End the function."""
        self.builder.ret_void()
