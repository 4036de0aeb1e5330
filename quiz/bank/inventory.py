"""What the bank has to cover, `inventory.yaml` at its root, and what of it no question names yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, computed_field

from labs.grading.content import Content, NonEmpty, Slug
from labs.grading.yaml_source import read_model
from quiz.bank.schema import InventoryId, Question

FILE_NAME = "inventory.yaml"


class Inventory(Content):
    """Topics that interviewers ask about, and single points, each with one line that says what it is."""

    topics: dict[Slug, NonEmpty] = {}
    rows: dict[InventoryId, NonEmpty] = {}
    out_of_scope: dict[InventoryId, NonEmpty] = {}
    """Rows that no question shall cover, with the reason."""


class Coverage(BaseModel):
    """How much of one list is covered."""

    model_config = ConfigDict(frozen=True)

    total: int
    missing: list[str]
    """By id and what it is."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def covered(self) -> int:
        return self.total - len(self.missing)


def read_inventory(root: Path) -> Inventory:
    """The inventory of the bank under `root`; an empty one where it has none. Raises `InvalidFile`."""
    path = root / FILE_NAME
    return read_model(path, Inventory) if path.exists() else Inventory()


def covered(inventory: Inventory, questions: Iterable[Question]) -> dict[str, Coverage]:
    """How much of the inventory `questions` name, rows and topics apart."""
    named: Counter[str] = Counter()
    for question in questions:
        named.update({*question.covers, *question.topics})
    return {
        kind: Coverage(total=len(wanted), missing=[f"{key}: {text}" for key, text in wanted.items() if not named[key]])
        for kind, wanted in (("rows", inventory.rows), ("topics", inventory.topics))
    }
