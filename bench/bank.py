"""What loading and searching the bank costs on this machine: part of `make bench`, or `python -m bench.bank`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import yaml

from bench.cold import ROOT
from bench.stopwatch import repeated, seconds
from bench.table import Row, show
from quiz.bank.loader import QUESTIONS, Bank

GENERATED = 10_000
A_FILE = 20
TIMES = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, ROPES_HOME=home):
        rows = [*_rows(QUESTIONS, "at most 1 s", "at most 0.150 s")]
        generated = Path(home) / "generated"
        _generate(generated)
        rows += _rows(generated, "", "at most 1 s")
        bank = Bank(generated)
        bank.entries()
        search = statistics.median(repeated(lambda: bank.search("rank 4711"), TIMES))
        rows.append(Row(f"a search in {GENERATED} questions", f"{search:.3f} s", "at most 0.050 s"))
        rows.append(Row("a fresh process that lists our bank, imports included", f"{_fresh_process():.2f} s"))
    show(rows)


def _rows(root: Path, cold_goal: str, warm_goal: str) -> list[Row]:
    cold = seconds(lambda: Bank(root).entries())
    warm = statistics.median(repeated(lambda: Bank(root).entries(), TIMES))
    count = len(Bank(root).entries())
    return [
        Row(f"loading {count} questions for the first time", f"{cold:.3f} s", cold_goal),
        Row(f"loading {count} questions again", f"{warm:.3f} s", warm_goal),
    ]


def _generate(root: Path) -> None:
    """Questions of one type that differ in their numbers, as many in a file as ours have."""
    folder = root / "peft"
    folder.mkdir(parents=True)
    for first in range(0, GENERATED, A_FILE):
        questions = [_question(number) for number in range(first, first + A_FILE)]
        topic = {"title": {"en": "Generated", "zh": "生成"}, "questions": questions}
        (folder / f"t{first}.yaml").write_text(yaml.safe_dump(topic, allow_unicode=True), encoding="utf-8")


def _question(number: int) -> dict[str, object]:
    text = {"en": f"How many parameters does rank {number} train? " * 3, "zh": f"秩 {number} 训练多少参数？" * 3}
    return {
        "id": f"generated-{number}",
        "version": 1,
        "type": "numeric",
        "level": "core",
        "topics": ["lora"],
        "prompt": text,
        "explanation": text,
        "answer": number,
        "derive": {"function": "generated.number", "params": {"number": number}},
        "sources": [{"kind": "paper", "title": "t", "url": "https://example.org/t", "where": "1"}],
    }


def _fresh_process() -> float:
    command = [sys.executable, "-c", "from quiz.bank.loader import Bank; Bank().entries()"]
    return min(repeated(lambda: subprocess.run(command, check=True, cwd=ROOT), TIMES))


if __name__ == "__main__":
    main()
