"""The process that computes keys: one JSON document of jobs on stdin, one JSON outcome a line on stdout.

Run by path, never imported by ropes, and imports nothing of ours. See `derive.py` for the jobs.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib.util
import io
import json
import math
import os
import sys
from types import ModuleType
from typing import Any

MAX_MESSAGE = 300
_modules: dict[str, ModuleType] = {}


def main() -> None:
    request = json.load(sys.stdin)
    # What libraries print, from C as well, must not stand between the outcomes.
    outcomes = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for job in request["jobs"]:
        # Ends the process even where the job holds the interpreter's lock.
        faulthandler.dump_traceback_later(request["max_seconds"], exit=True)
        outcome = _outcome(job)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(outcome), file=outcomes, flush=True)


def _outcome(job: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": _printed(job["code"]) if "code" in job else _plain(_returned(**job))}
    except (Exception, SystemExit) as error:
        message = " ".join(str(error).split())[:MAX_MESSAGE]
        return {"error": f"it raised {type(error).__name__}: {message}"}


def _returned(file: str, function: str, params: dict[str, Any]) -> object:
    if file not in _modules:
        spec = importlib.util.spec_from_file_location(f"derive_{len(_modules)}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses look their module up
        spec.loader.exec_module(module)
        _modules[file] = module
    found = getattr(_modules[file], function, None)
    if found is None:
        raise LookupError(f"there is no function {function} in {os.path.basename(file)}")
    return found(**params)


def _plain(value: object) -> int | float | str:
    if not isinstance(value, int | float | str):
        raise TypeError(f"a key is an int, a float or a str, not a {type(value).__name__}")
    if not isinstance(value, str) and not math.isfinite(value):
        raise ValueError(f"{value} is no key")
    return value


def _printed(code: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "<trace>", "exec"), {"__name__": "__main__"})  # noqa: S102  (the bank's own code)
    return printed.getvalue()


if __name__ == "__main__":
    main()
