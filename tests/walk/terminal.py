"""A real terminal: tmux on a socket of its own, driven by keys alone and read as a person reads it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self


class Terminal:
    """One command in a terminal of `columns` x `rows`. Use it in a `with` block: leaving ends the command."""

    def __init__(
        self,
        command: str,
        *,
        folder: Path,
        environment: Mapping[str, str],
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        self._socket = folder / "tmux"
        variables = [option for name, value in environment.items() for option in ("-e", f"{name}={value}")]
        size = ("-x", str(columns), "-y", str(rows))
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, *variables, "-c", str(folder), command)
        self._tmux("set-option", "-g", "remain-on-exit", "on")

    def press(self, *keys: str) -> None:
        """Send keys by tmux's names: `Enter`, `F5`, `C-q`, `a`."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Send `text` as it is."""
        self._tmux("send-keys", "-l", text)

    def screen(self, *, with_colours: bool = False) -> str:
        return self._tmux("capture-pane", "-p", *(["-e"] if with_colours else []))

    def wait_for(self, *texts: str, seconds: float = 60.0) -> str:
        """The screen, as soon as it shows every one of `texts`. Raises TimeoutError with the last screen."""
        deadline = time.monotonic() + seconds
        while True:
            screen = self.screen()
            if all(text in screen for text in texts):
                return screen
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited for {texts!r}, the screen shows:\n{screen}")
            time.sleep(0.05)

    def press_and_move(self, key: str, seconds: float = 10.0) -> None:
        """Press a key that moves the cursor to another line, and wait until it has."""
        before = self._cursor_line()
        self.press(key)
        deadline = time.monotonic() + seconds
        while self._cursor_line() == before:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{key} did not move the cursor, the screen shows:\n{self.screen()}")
            time.sleep(0.02)

    def _cursor_line(self) -> str:
        return self._tmux("display-message", "-p", "#{cursor_y}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-S", str(self._socket), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
