"""What a lab's `lab.yaml` says."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from labs.grading.content import Content, Level, NonEmpty, Slug, Source, Text

Preload = Literal["torch", "optim", "deepspeed", "peft"]
"""The sets of libraries that a zygote can hold warm. A first optimiser or checkpoint imports torch's compiler, which
takes two seconds: labs in which answers use them name `optim`."""


class Property(Content):
    """One named thing that a suite judges. The tests that judge it name it: `@judges("the-name")`."""

    name: Slug
    title: Text
    weight: Annotated[float, Field(gt=0, le=10)] = 1.0
    diagnosis: Text
    """Shown when the property fails: which mistake this usually is, without a test's inputs or values."""
    self_reported: bool = False
    """True where only the candidate's own process can say it; such a property never decides a pass alone."""


class Comparison(Content):
    """Where a library that people use does the same thing, to be read beside our reference after passing."""

    object: Annotated[str, StringConstraints(pattern=r"^(transformers|peft|torch|deepspeed|accelerate)(\.\w+)+$")]
    """A class or function by its full name: `transformers.models.llama.modeling_llama.LlamaRMSNorm`."""
    differs: Text
    """What it does otherwise than our reference, and why."""


class Limits(Content):
    """What one grading of this lab may use."""

    seconds: Annotated[float, Field(gt=0, le=120)] = 20.0
    """By the clock, all calls together."""
    call_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """By the clock, one call."""
    cpu_seconds: Annotated[int, Field(ge=1, le=240)] = 20
    """Of the processor, all threads together."""
    memory_mib: Annotated[int, Field(ge=64, le=65536)] = 1024
    """What the answer may allocate beyond what the warm process holds already."""
    gpu_memory_mib: Annotated[int, Field(ge=512)] | None = None
    """On the GPU, where there is one: CUDA's own context, some hundred MiB, included. None: as much as there is."""
    processes: Annotated[int, Field(ge=1, le=4096)] = 64
    """Threads, and processes where they cannot be forbidden. Not for root, whom the kernel does not count."""
    file_mib: Annotated[int, Field(ge=0, le=1024)] = 16
    """The largest file, where files can be written at all."""
    output_mib: Annotated[int, Field(ge=1, le=64)] = 64
    """The largest reply to one call."""


class Manifest(Content):
    id: Slug
    title: Text
    level: Level
    minutes: Annotated[int, Field(ge=5, le=240)]
    answer: Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.(py|json|yaml)$")] = "answer.py"
    """The name of the file that the candidate writes."""
    preload: Preload = "torch"
    cpu_only: bool = False
    """True where a GPU would judge nothing more: an answer that is a configuration, say."""
    libraries: list[NonEmpty] = ["torch"]
    """Importable from the answer beside the standard library; nothing else can be read in the sandbox."""
    forbidden: list[NonEmpty] = []
    """Names of library functions and classes that would do the work: an answer must not reach them."""
    limits: Limits = Limits()
    public: list[Property] = Field(min_length=1)
    hidden: list[Property] = Field(min_length=1)
    hints: list[Text] = Field(min_length=3, max_length=3)
    """Graduated: where to look, what to do, how to write it."""
    sources: list[Source] = Field(min_length=1)
    requires: list[Slug] = []
    """Labs that should be passed before this one."""
    questions: list[NonEmpty] = []
    """Ids of the bank's questions on the same topic."""
    compare: list[Comparison] = []

    @model_validator(mode="after")
    def _property_names_are_unique(self) -> Self:
        for suite in (self.public, self.hidden):
            names = [p.name for p in suite]
            twice = sorted({n for n in names if names.count(n) > 1})
            if twice:
                raise ValueError(f"property {', '.join(twice)} stands twice in one suite")
        return self

    @model_validator(mode="after")
    def _a_pass_is_never_only_self_reported(self) -> Self:
        if all(p.self_reported or p.name == OWN_WORK for p in self.hidden):
            raise ValueError("at least one hidden property must be judged outside the candidate's process")
        return self

    @model_validator(mode="after")
    def _forbidden_names_have_their_property(self) -> Self:
        if self.forbidden and OWN_WORK not in {p.name for p in self.hidden}:
            raise ValueError(f"`forbidden` needs a hidden property named {OWN_WORK!r}")
        return self

    def suite(self, name: SuiteName) -> list[Property]:
        return self.public if name == "public" else self.hidden


SuiteName = Literal["public", "hidden"]

OWN_WORK = "own-work"
"""The property that fails when an answer reaches a forbidden name. The judge settles it; no test does."""
