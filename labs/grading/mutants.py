"""The wrong answers of a lab: which property must catch each, and which class of mistake it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import RootModel

from labs.grading.catalogue import Lab
from labs.grading.content import Content, Slug
from labs.grading.yaml_source import read_model

_HEADER = re.compile(r"\A# killed-by: (?P<killed_by>[a-z0-9-]+)\n(?:# mistake: (?P<mistake>[a-z0-9-]+)\n)?")


@dataclass(frozen=True)
class Mutant:
    """One wrong answer; a name that it does not give is empty."""

    path: Path
    killed_by: str = ""
    mistake: str = ""


class _Listed(Content):
    killed_by: Slug
    mistake: Slug


class _Killers(RootModel[dict[str, _Listed]]):
    """`killers.yaml`: mutants by file name."""


def read_mutants(lab: Lab) -> list[Mutant]:
    """The mutants of a lab, with what they name: in their first two lines, or in `killers.yaml` where their format has
    no comments. Raises `InvalidFile`, and UnicodeDecodeError for a mutant that is not UTF-8.
    """
    listed = lab.folder / "hidden" / "mutants" / "killers.yaml"
    if listed.exists():
        named = read_model(listed, _Killers).root
        return [
            Mutant(path, **named[path.name].model_dump()) if path.name in named else Mutant(path)
            for path in lab.mutants
        ]
    return [_headed(path) for path in lab.mutants]


def _headed(path: Path) -> Mutant:
    header = _HEADER.match(path.read_text(encoding="utf-8"))
    return Mutant(path, header["killed_by"], header["mistake"] or "") if header else Mutant(path)
