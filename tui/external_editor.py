"""Writing in the person's own editor while the app steps aside."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

MAX_BYTES = 256 * 1024
"""Of one text; an event of the records holds a few times as much."""


class EditorUnavailable(RuntimeError):
    """The editor did not run; `key` names the phrase that says why, `fields` its fields."""

    def __init__(self, key: str, **fields: str) -> None:
        super().__init__(key)
        self.key, self.fields = key, fields


def edit(app: App[object], text: str, suffix: str) -> str:
    """`text` as the person left it in `$VISUAL` or `$EDITOR`, or in vi. Raises `EditorUnavailable`."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="ropes-") as folder:
        path = Path(folder) / f"answer{suffix}"
        path.write_text(text, encoding="utf-8")
        try:
            with app.suspend():
                # The person's own command, as their shell would run it.
                ended = subprocess.run([*shlex.split(command), str(path)], check=False)
        except SuspendNotSupported as error:
            raise EditorUnavailable("editor.no-suspend") from error
        except (OSError, ValueError) as error:
            raise EditorUnavailable("editor.not-found", command=command) from error
        if ended.returncode != 0:
            raise EditorUnavailable("editor.failed", command=command, status=str(ended.returncode))
        return _read(path)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise EditorUnavailable("editor.too-large", limit=str(MAX_BYTES // 1024))
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EditorUnavailable("editor.unreadable") from error
