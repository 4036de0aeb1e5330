"""The torch-free side of the judge: ask for a grading, get a verdict."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

from labs.grading.catalogue import Lab
from labs.grading.manifest import SuiteName
from labs.grading.verdict import RunOutput, Verdict


class JudgeFault(RuntimeError):
    """The judge itself failed: nothing is known about the answer. The message is one sentence with a next step."""


class Judge:
    """A warm judge. Starting it is cheap; its zygote is warm some seconds later, and the first call waits for that.

    Thread-safe: several threads may grade at once. Close it (or leave its `with` block) to end its processes;
    they also end when this process dies.
    """

    def __init__(self, *, device: Literal["auto", "cpu", "cuda"] = "auto") -> None:
        raise NotImplementedError

    def wait_until_warm(self, on_progress: Callable[[str], None] | None = None) -> None:
        """Block until the first grading would start at once; `on_progress` gets short texts. Raises JudgeFault."""
        raise NotImplementedError

    def grade(
        self,
        lab: Lab,
        answer: bytes,
        *,
        suite: SuiteName = "hidden",
        seed: str | None = None,
        path: str = "",
    ) -> Verdict:
        """Judge one answer. `seed` replays a verdict; without one a fresh secret seed is drawn. Raises JudgeFault."""
        raise NotImplementedError

    def run(self, lab: Lab, answer: bytes, snippet: str) -> RunOutput:
        """Run the candidate's own snippet after the candidate's own answer, in the same sandbox. Raises JudgeFault."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
