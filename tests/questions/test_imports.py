"""Derive functions must be cheap to find: importing their modules loads no library and nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import questions

BANK = Path(questions.__file__).parent
PROBE = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_modules_import_neither_libraries_nor_the_rest_of_ropes() -> None:
    modules = [".".join(("questions", *path.relative_to(BANK).with_suffix("").parts)) for path in BANK.glob("*/*.py")]
    assert "questions.peft.lora" in modules
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *modules], cwd=BANK.parent, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert "questions" in loaded
    assert not loaded & {"torch", "transformers", "peft", "deepspeed", "numpy", "quiz", "labs", "tui"}
