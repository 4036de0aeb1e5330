"""A real terminal: tmux on a socket of its own, driven by keys alone and read as a person reads it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
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

    def wait_for_end(self, seconds: float = 30.0) -> None:
        """Wait until the command has ended. Raises TimeoutError with the last screen."""
        ended = ("display-message", "-p", "#{pane_dead}")
        self._wait(lambda: self._tmux(*ended).strip() == "1", "the command goes on", seconds)

    def press_until(self, key: str, text: str, times: int = 10) -> None:
        """Press `key` as often as it takes to bring `text` onto the screen. Raises TimeoutError."""
        for _ in range(times):
            try:
                self.wait_for(text, seconds=1.0)
            except TimeoutError:
                self.press(key)
            else:
                return
        self.wait_for(text, seconds=1.0)

    def type(self, text: str) -> None:
        """Send `text` as it is."""
        self._tmux("send-keys", "-l", text)

    def screen(self, *, with_colours: bool = False) -> str:
        return self._tmux("capture-pane", "-p", *(["-e", "-N"] if with_colours else []))

    def settled(self) -> str:
        """The screen once it has stopped changing: the same at four looks in a row."""
        looks = [self.screen(with_colours=True)]
        while len(looks) < 4:
            time.sleep(0.1)
            look = self.screen(with_colours=True)
            looks = [*looks, look] if look == looks[-1] else [look]
        return looks[-1]

    def wait_for(self, *texts: str, seconds: float = 60.0) -> str:
        """The screen, as soon as it shows every one of `texts`. Raises TimeoutError with the last screen."""
        screen = ""

        def shows_all() -> bool:
            nonlocal screen
            screen = self.screen()
            return all(text in screen for text in texts)

        self._wait(shows_all, f"waited for {texts!r}", seconds)
        return screen

    def wait_for_gone(self, text: str, seconds: float = 10.0) -> None:
        """Wait until the screen no longer shows `text`. Raises TimeoutError with the last screen."""
        self._wait(lambda: text not in self.screen(), f"{text!r} never went", seconds)

    def press_and_leave(self, key: str, text: str, seconds: float = 10.0) -> None:
        """Press a key that moves the focus off the field behind `text`, and wait until it looks left."""
        self.wait_for(text)
        before = self._style_behind(text)
        self.press(key)
        self._wait(lambda: self._style_behind(text) != before, f"the focus never left {text!r}", seconds)

    def walk_to(self, text: str, seconds: float = 10.0) -> None:
        """Move the cursor of an editor up or down to the line that shows `text`, and wait until it is there."""
        self.settled()
        target = self._line_of(text)
        steps = target - self._cursor_line()
        if steps:
            self.press(*["Down" if steps > 0 else "Up"] * abs(steps))
        self._wait(lambda: self._cursor_line() == target, f"the cursor never came to {text!r}", seconds)

    def _wait(self, condition: Callable[[], bool], complaint: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{complaint}, the screen shows:\n{self.screen()}")
            time.sleep(0.05)

    def _cursor_line(self) -> int:
        return int(self._tmux("display-message", "-p", "#{cursor_y}"))

    def _line_of(self, text: str) -> int:
        return next(i for i, line in enumerate(self.wait_for(text).splitlines()) if text in line)

    def _style_behind(self, text: str) -> str:
        """The escape sequence that sets how the field behind `text` is painted."""
        _, _, rest = self.screen(with_colours=True).partition(text)
        return rest.partition("m")[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-S", str(self._socket), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
