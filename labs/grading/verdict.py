"""What the judge says of an answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from labs.grading.content import Text
from labs.grading.manifest import SuiteName

Device = Literal["cpu", "cuda"]


class JudgeFault(RuntimeError):
    """The judge itself failed: nothing is known about the answer. The message is one sentence with a next step."""


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """The answer raised, ended or broke the protocol while this was judged; `faults` names how."""
    TIMEOUT = "timeout"
    NOT_VERIFIED_HERE = "not-verified-here"


class Fault(StrEnum):
    """How an answer can fail without ever being compared."""

    RAISED = "raised"
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    PROTOCOL = "protocol"
    UNREADABLE = "unreadable"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PropertyVerdict(_Data):
    name: str
    title: Text
    outcome: Outcome
    weight: float
    diagnosis: Text | None = None
    """Why it did not pass, for its author; None where it passed."""


class Isolation(_Data):
    """How the answer was kept apart: 3 namespaces, landlock and seccomp; 2 landlock and seccomp; 1 rlimits."""

    level: Annotated[int, Field(ge=1, le=3)]
    missing: list[str] = []


class Machine(_Data):
    """What a warm judge finds on its machine."""

    isolation: Isolation
    cuda: Isolation | None
    """How answers on a GPU are kept apart; None where no answer can use one."""
    versions: dict[str, str]
    """Of Python and the libraries that answers are judged with."""

    def isolation_on(self, device: Device) -> Isolation:
        """How an answer that runs on `device` is kept apart."""
        return self.cuda if device == "cuda" and self.cuda else self.isolation


class Verdict(_Data):
    lab: str
    lab_version: str
    suite: SuiteName
    answer: str
    """The path as given; empty where the answer came from an editor."""
    sha256: str
    passed: bool
    """Every property that can run here passed, and at least one that is not self-reported ran."""
    verified: bool
    """No property was left not-verified-here."""
    score: Annotated[float, Field(ge=0, le=1)]
    """Weight passed over weight run."""
    device: Device
    isolation: Isolation
    versions: dict[str, str] = {}
    """Of Python and the libraries that judged. With lab_version, sha256, seed and device they settle the outcome."""
    seed: str
    seconds: float
    properties: list[PropertyVerdict]
    flags: list[str] = []
    """Evidence for a reviewer: code that hides what it calls, with its line."""
    faults: list[Fault] = []
    mistakes: list[Text] = []
    """What answers that fail the hidden suite in this way usually do wrong, likeliest first: an inference."""


MAX_CHARACTERS, MAX_LINE = 8_000, 1_000
"""Of the output or the value, and of one line of the traceback, of a candidate's own snippet."""


class RunOutput(_Data):
    """What the candidate's own snippet did with the candidate's own answer. Plain text, capped, not yet escaped."""

    output: Annotated[str, Field(max_length=MAX_CHARACTERS)] = ""
    value: Annotated[str, Field(max_length=MAX_CHARACTERS)] = ""
    traceback: Annotated[list[Annotated[str, Field(max_length=MAX_LINE)]], Field(max_length=32)] = []
    """Lines in the candidate's own files, outermost first, then the exception."""
    fault: Fault | None = None
    truncated: bool = False


class Findings(_Data):
    """What a judge sends to the client: the part of a verdict that only the suite can say."""

    broken: str
    """Why the judge itself failed; empty where it did not."""
    properties: list[PropertyVerdict]
    flags: list[str]
    faults: list[Fault]
