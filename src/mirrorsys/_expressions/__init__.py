"""Text to SymPy and back, without ever evaluating text as code.

Equations written as text go through a tokenizer and a precedence parser of
this module's own, so a model file can contain arithmetic and nothing else:

    expression  :=  sum (("<" | "<=" | ">" | ">=") sum)?
    sum         :=  product (("+" | "-") product)*
    product     :=  factor (("*" | "/") factor)*
    factor      :=  ("+" | "-") factor | power
    power       :=  atom ("**" factor)?
    atom        :=  number | name | function "(" arguments ")" | "(" expression ")"

A comparison stands for 1 where it is true and 0 where it is false. Decimal
numbers are read as the exact rationals they denote. A name is an identifier or
``person.identifier``; it becomes a symbol whatever SymPy may call by that name
(``E``, ``I``, ``S``, ``N``, ``beta``, ...).

`to_text` writes an expression in the same grammar: parsing it gives the same
expression back.
"""

from mirrorsys._expressions._canonical import canonical
from mirrorsys._expressions._grammar import FUNCTIONS, ExpressionError, is_name, symbol
from mirrorsys._expressions._parser import parse
from mirrorsys._expressions._text import to_text

__all__ = ["FUNCTIONS", "ExpressionError", "canonical", "is_name", "parse", "symbol", "to_text"]
