"""A small bank with one question of every type, to be spoilt in one place at a time."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from quiz.bank.loader import Bank

HERE = Path(__file__).parent
Spoil = Callable[..., Bank]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "peft"
    folder.mkdir()
    shutil.copy(HERE / "sample.yaml", folder)
    shutil.copy(HERE / "widths.py", folder)
    return tmp_path


@pytest.fixture
def spoil(root: Path) -> Spoil:
    """Replace texts, each of which stands in the sample, and read the bank that this gives."""

    def spoil(*replacements: tuple[str, str]) -> Bank:
        path = root / "peft" / "sample.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in replacements:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the sample"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return Bank(root)

    return spoil
