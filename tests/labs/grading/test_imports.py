"""The client's side of the judge starts without torch and without pytest."""

from __future__ import annotations

import subprocess
import sys

LIGHT = [
    "client",
    "catalogue",
    "manifest",
    "verdict",
    "content",
    "yaml_source",
    "frames",
    "channel",
    "lab_check",
    "answers",
]


def test_the_client_imports_neither_torch_nor_pytest():
    program = (
        f"import sys, {', '.join(f'labs.grading.{name}' for name in LIGHT)}\n"
        "heavy = {'torch', 'numpy', 'transformers', 'peft', 'deepspeed', 'pytest', '_pytest', 'textual'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
