"""The smallest visible call on which an answer and the reference differ, as plain text for the answer's author."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from labs.grading.content import Text
from labs.grading.verdict import Fault

MAX_VALUE = 2_000
"""Characters of one value."""

Value = Annotated[str, Field(max_length=MAX_VALUE)]


class Difference(BaseModel):
    """One call of the harness, what the answer gives, and what the reference gives. Bounded, not yet escaped."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    function: Annotated[str, Field(max_length=100)]
    """The function of `harness.py` that was called."""
    arguments: Annotated[dict[str, Value], Field(max_length=32)]
    answer: Value = ""
    """What the answer gave; empty where it gave nothing, and `failure` says why."""
    failure: Text | None = None
    fault: Fault | None = None
    reference: Value
    alone: bool
    """Whether they differ on this call in a fresh process, too. If not, calls before it matter, or chance does."""
