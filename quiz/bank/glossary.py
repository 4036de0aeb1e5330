"""How the field says it in each language: `glossary.yaml` at the bank's root, and where a text says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field, RootModel

from labs.grading.content import Content, NonEmpty, Text
from labs.grading.yaml_source import read_model

FILE_NAME = "glossary.yaml"
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


class Term(Content):
    """One idea: its name in each language, and names that are not to be used for it."""

    en: NonEmpty
    zh: NonEmpty
    not_en: list[NonEmpty] = []
    not_zh: list[NonEmpty] = []


class Glossary(RootModel[list[Term]]):
    root: list[Term] = Field(default=[])


def read_glossary(root: Path) -> list[Term]:
    """The glossary of the bank under `root`; an empty one where it has none. Raises `InvalidFile`."""
    path = root / FILE_NAME
    return read_model(path, Glossary).root if path.exists() else []


def glossary_faults(text: Text, glossary: Sequence[Term]) -> Iterator[str]:
    """Names that the glossary rules out, one sentence each. Code says what it must."""
    en, zh = (_CODE.sub(" ", text[language]) for language in ("en", "zh"))
    for term in glossary:
        for name in term.not_en:
            if re.search(rf"\b{re.escape(name)}\b", en, re.IGNORECASE):
                yield f"says {name!r}; the glossary says {term.en!r}"
        for name in term.not_zh:
            if name in zh:
                yield f"says {name!r}; the glossary says {term.zh!r}"
