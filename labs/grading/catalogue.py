"""The labs on disk: `labs/<track>/<folder>/`, each described by its `lab.yaml`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from labs.grading.content import Language, Track
from labs.grading.manifest import Manifest
from labs.grading.yaml_source import read_model

LABS = Path(__file__).resolve().parents[1]


class UnknownLab(LookupError):
    """No lab has this id; the message lists those that exist."""


@dataclass(frozen=True)
class Lab:
    """One lab: where it lies and what its manifest says. Files are read when they are asked for."""

    track: Track
    folder: Path

    @cached_property
    def manifest(self) -> Manifest:
        return read_model(self.folder / "lab.yaml", Manifest)

    @property
    def id(self) -> str:
        return self.folder.name.replace("_", "-")

    @property
    def harness(self) -> Path:
        return self.folder / "harness.py"

    @property
    def reference(self) -> Path:
        return self.folder / "hidden" / f"reference{Path(self.manifest.answer).suffix}"

    @property
    def cases(self) -> Path:
        """Small visible calls for comparing with the reference; a lab whose answer is data has none."""
        return self.folder / "public" / "cases.py"

    @property
    def mutants(self) -> list[Path]:
        return sorted((self.folder / "hidden" / "mutants").glob(f"*{Path(self.manifest.answer).suffix}"))

    @property
    def alternates(self) -> list[Path]:
        return sorted((self.folder / "hidden" / "alternates").glob(f"*{Path(self.manifest.answer).suffix}"))

    @property
    def starter_path(self) -> Path:
        return self.folder / f"starter{Path(self.manifest.answer).suffix}"

    @property
    def starter(self) -> str:
        return self.starter_path.read_text(encoding="utf-8")

    def brief(self, language: Language) -> str:
        return (self.folder / f"brief.{language}.md").read_text(encoding="utf-8")

    @cached_property
    def version(self) -> str:
        """Digest of everything that can change a verdict: manifest, harness, suites, reference, diagnoses."""
        digest = hashlib.sha256()
        judged = [self.folder / "lab.yaml", self.harness]
        judged += sorted(path for path in self.folder.glob("*/*") if path.parent.name in ("public", "hidden"))
        for path in judged:
            if path.is_file():
                content = path.read_bytes()
                digest.update(f"{path.relative_to(self.folder)} {len(content)}\n".encode() + content)
        return digest.hexdigest()[:12]


def all_labs(root: Path = LABS) -> Iterator[Lab]:
    """Every lab, by track and then by folder name."""
    for track in Track:
        for manifest in sorted((root / track).glob("*/lab.yaml")):
            yield Lab(track, manifest.parent)


def find_lab(lab_id: str, root: Path = LABS) -> Lab:
    """The lab called `lab_id`. Raises `UnknownLab`."""
    labs = {lab.id: lab for lab in all_labs(root)}
    if lab_id not in labs:
        raise UnknownLab(f"no lab is called {lab_id!r}; there are: {', '.join(labs) or 'none'}")
    return labs[lab_id]
