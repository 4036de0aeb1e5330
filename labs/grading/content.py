"""The vocabulary that questions and labs share: bilingual text, sources, tracks, levels."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

NonEmpty = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


class Track(StrEnum):
    """The tracks, in the order in which they are shown. Labs exist in the first four."""

    ARCHITECTURE = "architecture"
    PEFT = "peft"
    DEEPSPEED = "deepspeed"
    DEBUGGING = "debugging"
    PRACTICE = "practice"
    OUTLOOK = "outlook"


class Level(StrEnum):
    WARM_UP = "warm-up"
    CORE = "core"
    DEEP = "deep"


class SourceKind(StrEnum):
    PAPER = "paper"
    REPOSITORY = "repository"
    DOCUMENTATION = "documentation"


class Content(BaseModel):
    """Base of everything that is written by hand in YAML: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Content):
    """A text in both languages, each written for its readers. CommonMark unless the field says otherwise."""

    en: NonEmpty
    zh: NonEmpty

    def __getitem__(self, language: str) -> str:
        return self.zh if language == Language.ZH else self.en


class Source(Content):
    """Where a claim can be looked up: a paper with its section, a repository with its path, or a page."""

    kind: SourceKind
    title: NonEmpty
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    where: NonEmpty
    """Section, equation, path or function inside the source; for a library, with its version."""
