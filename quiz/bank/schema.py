"""What a question is: one pydantic model a type, as design and YAML files write them.

A response to a question is plain JSON, so that records, reports and bundles can carry it:

| type                    | response                                                     |
|-------------------------|--------------------------------------------------------------|
| single, log-diagnosis   | `{"choice": "b"}`                                            |
| multiple                | `{"choices": ["a", "c"]}`                                    |
| numeric                 | `{"value": "3.5e9"}`, as typed                               |
| ordering                | `{"order": ["c", "a", "b"]}`                                 |
| matching                | `{"pairs": {"a": "a", "b": "c"}}`, left key to right key     |
| cloze                   | `{"gaps": {"1": "mean", "2": "rsqrt"}}`                      |
| trace                   | `{"output": "torch.Size([2, 3])"}`                           |
| spot-the-line           | `{"lines": [4, 7]}`                                          |
| open                    | `{"text": "..."}`                                            |
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, StringConstraints, model_validator

from labs.grading.content import Content, Level, NonEmpty, Slug, Source, Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z]$")]
"""The stable name of an option, item or pair: one letter, in the order of the file."""

DeriveName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$")]
Parameter = int | float | str | bool | list[int] | list[float] | list[str]
InventoryId = Annotated[str, StringConstraints(pattern=r"^I\d{3}$")]


class Derived(Content):
    """A key that code computes: `module.function` of the topic's folder, called with `params`."""

    function: DeriveName
    params: dict[str, Parameter] = {}
    vary: dict[str, Annotated[list[Parameter], Field(min_length=2)]] = {}
    """What else a parameter may be, its value in `params` included: fresh variants draw from here."""

    @model_validator(mode="after")
    def _varied_parameters_stand_among_their_values(self) -> Self:
        for name, values in self.vary.items():
            if name not in self.params:
                raise ValueError(f"`vary` names {name!r}, which is not in `params`")
            if self.params[name] not in values:
                raise ValueError(f"the values of {name!r} in `vary` do not contain {self.params[name]!r}")
        return self


class Pitfall(Content):
    """A wrong number that a known misconception leads to: `function` computes it from the question's parameters."""

    misconception: Slug
    function: DeriveName
    value: FiniteFloat | None = None
    """What it computes from the parameters that are stored."""
    feedback: Text


class QuestionBase(Content):
    """What every question has, whatever its type."""

    id: Slug
    version: int = Field(ge=1)
    level: Level
    topics: list[Slug] = Field(min_length=1)
    covers: list[InventoryId] = Field(default=[], max_length=3)
    """Rows of `questions/inventory.yaml`."""
    prompt: Text
    explanation: Text
    sources: list[Source] = Field(min_length=1)

    @property
    def derived(self) -> Derived | None:
        return getattr(self, "derive", None)

    @property
    def is_derived(self) -> bool:
        """Whether code computes the key: a function of the topic's, or for a trace the code that it shows."""
        return self.derived is not None


class Option(Content):
    """One choice. A wrong one names the misconception it comes from and tells the learner what is off."""

    key: Key
    text: Text
    correct: bool = False
    misconception: Slug | None = None
    feedback: Text | None = None

    @model_validator(mode="after")
    def _wrong_options_explain_themselves(self) -> Self:
        if not self.correct and (self.misconception is None or self.feedback is None):
            raise ValueError(f"wrong option {self.key!r} needs `misconception` and `feedback`")
        return self


class _Choice(QuestionBase):
    options: list[Option] = Field(min_length=3, max_length=8)

    @model_validator(mode="after")
    def _option_keys_are_unique(self) -> Self:
        _require_unique("option key", [o.key for o in self.options])
        return self

    @property
    def correct_keys(self) -> frozenset[str]:
        return frozenset(o.key for o in self.options if o.correct)


class _OneCorrect(_Choice):
    derive: Derived | None = None
    """Where given, the function returns the key of the correct option."""

    @model_validator(mode="after")
    def _exactly_one_is_correct(self) -> Self:
        if len(self.correct_keys) != 1:
            raise ValueError(f"exactly one option must be correct, found {len(self.correct_keys)}")
        return self


class SingleChoice(_OneCorrect):
    type: Literal["single"]


class LogDiagnosis(_OneCorrect):
    type: Literal["log-diagnosis"]
    log: NonEmpty
    """The log as a terminal would show it: plain text, the same in both languages."""


class MultipleChoice(_Choice):
    type: Literal["multiple"]

    @model_validator(mode="after")
    def _some_but_not_all_are_correct(self) -> Self:
        if not 1 <= len(self.correct_keys) < len(self.options):
            raise ValueError("at least one option must be correct, and at least one wrong")
        return self


class Tolerance(Content):
    """How far a number may be off: `relative` to the key, or `absolute` in the unit of the key."""

    relative: FiniteFloat = Field(default=0.0, ge=0, lt=1)
    absolute: FiniteFloat = Field(default=0.0, ge=0)


class Numeric(QuestionBase):
    """A number. Where `derive` varies a parameter, the texts name it as `${parameter}`, and the key as `${answer}`."""

    type: Literal["numeric"]
    answer: FiniteFloat
    unit: Text | None = None
    """Said beside the input field; the learner types the number alone. GB is 10^9 bytes, GiB 2^30."""
    tolerance: Tolerance = Tolerance()
    derive: Derived
    """Required: a number that no code computes is a number that nobody can check."""
    pitfalls: list[Pitfall] = []


class Item(Content):
    key: Key
    text: Text


class Ordering(QuestionBase):
    type: Literal["ordering"]
    items: list[Item] = Field(min_length=3, max_length=8)
    """In the right order; shown shuffled."""

    @model_validator(mode="after")
    def _item_keys_are_unique(self) -> Self:
        _require_unique("item key", [i.key for i in self.items])
        return self


class Pair(Content):
    key: Key
    left: Text
    right: Text


class Matching(QuestionBase):
    type: Literal["matching"]
    pairs: list[Pair] = Field(min_length=3, max_length=8)
    """Left and right that belong together; the right side is shown shuffled."""

    @model_validator(mode="after")
    def _pairs_are_distinct(self) -> Self:
        _require_unique("pair key", [p.key for p in self.pairs])
        for language in ("en", "zh"):
            _require_unique("right side", [p.right[language] for p in self.pairs])
        return self


class Gap(Content):
    """One gap of a cloze; every accepted spelling, compared without case and surrounding space."""

    accept: list[NonEmpty] = Field(min_length=1)


class Cloze(QuestionBase):
    type: Literal["cloze"]
    text: Text
    """With gaps written `{{1}}`, `{{2}}`, …, the same gaps in both languages."""
    gaps: dict[Annotated[str, StringConstraints(pattern=r"^[1-9]$")], Gap] = Field(min_length=1)

    @model_validator(mode="after")
    def _gaps_agree(self) -> Self:
        for language in ("en", "zh"):
            written = re.findall(r"\{\{([1-9])\}\}", self.text[language])
            if sorted(written) != sorted(self.gaps):
                raise ValueError(f"the {language} text has gaps {sorted(written)}, `gaps` has {sorted(self.gaps)}")
        return self


class Trace(QuestionBase):
    """What does this print? The key is what the code printed when `derive` ran it."""

    type: Literal["trace"]
    code: NonEmpty
    answer: NonEmpty
    accept: list[NonEmpty] = []
    """Other spellings that are right too; white space never counts."""

    @property
    def is_derived(self) -> bool:
        return True


class SpotTheLine(QuestionBase):
    type: Literal["spot-the-line"]
    code: NonEmpty
    wrong_lines: list[Annotated[int, Field(ge=1)]] = Field(min_length=1)
    correction: Text

    @model_validator(mode="after")
    def _lines_exist(self) -> Self:
        last = len(self.code.splitlines())
        if any(line > last for line in self.wrong_lines):
            raise ValueError(f"`wrong_lines` goes past the code's {last} lines")
        _require_unique("wrong line", list(map(str, self.wrong_lines)))
        return self


class RubricPoint(Content):
    """One thing that an answer says or not. `fatal` points are misconceptions: saying one costs the mark."""

    key: Key
    kind: Literal["required", "bonus", "fatal"]
    text: Text
    sources: list[Source] = Field(min_length=1)


class Open(QuestionBase):
    type: Literal["open"]
    rubric: list[RubricPoint] = Field(min_length=3, max_length=10)
    model_answer: Text
    follow_ups: list[Text] = Field(default=[], max_length=4)
    """What an interviewer asks next."""

    @model_validator(mode="after")
    def _rubric_is_usable(self) -> Self:
        _require_unique("rubric key", [p.key for p in self.rubric])
        if not any(p.kind == "required" for p in self.rubric):
            raise ValueError("at least one rubric point must be required")
        return self


Question = Annotated[
    SingleChoice | MultipleChoice | Numeric | Ordering | Matching | Cloze | Trace | SpotTheLine | LogDiagnosis | Open,
    Field(discriminator="type"),
]
QUESTION_TYPES = (
    "single",
    "multiple",
    "numeric",
    "ordering",
    "matching",
    "cloze",
    "trace",
    "spot-the-line",
    "log-diagnosis",
    "open",
)


class Topic(Content):
    """One file of the bank, `questions/<track>/<topic>.yaml`."""

    title: Text
    questions: list[Question] = Field(min_length=1)


def _require_unique(what: str, values: list[str]) -> None:
    twice = sorted({v for v in values if values.count(v) > 1})
    if twice:
        raise ValueError(f"{what} {', '.join(twice)} stands twice")
