"""Numbers that a function of the bank gave, as one reads them."""

from __future__ import annotations


def number_text(value: object) -> str:
    """A whole number with its thousands set apart, any other number with six digits, a text as it is."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
