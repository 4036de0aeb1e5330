"""Importing everything that a grading will need, before the first fork.

Libraries import parts of themselves late: a first `backward` brings in sympy, a first optimiser half of
torch._dynamo. A fork would pay for that each time, or be refused it by the sandbox. So a child is sent ahead to
exercise each library; what it had to import is then imported here. The exercise itself leaves no trace: on a
machine with a GPU, a backward in the zygote would start CUDA's threads, and its forks could never use them.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import socket
import sys
import time
from collections.abc import Callable


def warm_up(preload: str) -> None:
    """Import and exercise the libraries of `preload` ("torch", "optim", "deepspeed" or "peft")."""
    import pytest  # noqa: F401
    import torch

    from labs.grading import candidate, server, warden  # noqa: F401

    torch.set_num_threads(1)  # a second thread would hang after the fork
    torch.set_num_interop_threads(1)
    _touch_kernels()
    _rehearse_conversation()
    exercises = [_exercise_torch]
    if preload == "optim":
        exercises.append(_exercise_optimisers)
    if preload == "deepspeed":
        from labs.grading import deepspeed_runtime

        exercises.append(deepspeed_runtime.touch)
    if preload == "peft":
        exercises.append(_exercise_peft)
    for exercise in exercises:
        for module in _imported_late(exercise):
            # A few names in sys.modules are no modules that could be imported (torch.ops, six.moves).
            with contextlib.suppress(Exception):
                importlib.import_module(module)


def _imported_late(exercise: Callable[[], None]) -> list[str]:
    """The modules that `exercise` imports when a child runs it, in the order in which it does."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        status = 1
        try:
            os.close(reading)
            before = set(sys.modules)
            with contextlib.redirect_stdout(io.StringIO()):
                exercise()
            with os.fdopen(writing, "w") as pipe:
                json.dump([name for name in sys.modules if name not in before], pipe)
            status = 0
        except BaseException as error:
            print(f"warming up: {type(error).__name__}: {error}", file=sys.stderr)
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.wait()
    return list(json.loads(said)) if said else []


def _touch_kernels() -> None:
    """What libraries in C set up late, from files that the sandbox hides: cpuinfo, for one, at the first cast."""
    import torch

    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64):
        x = torch.ones(4, 4, dtype=dtype).float()
        (x @ x).softmax(-1).to(dtype)
    torch.frombuffer(bytearray(4), dtype=torch.uint8).view(torch.float32).numpy()


def _rehearse_conversation() -> None:
    """What every candidate does, often enough for the interpreter to have adapted its code to it."""
    import torch

    from labs.grading import candidate, frames, runtime_check, source_check, tensors

    recorder = runtime_check.CallRecorder(["nothing"], "answer.py")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for _ in range(16):
            header, body = tensors.pack({"args": [torch.ones(2, 3), 1.0], "kwargs": {"eps": 1e-6}})
            deadline = time.monotonic() + 10
            frames.Wire(ours).send(header, body, deadline=deadline)
            value, _ = tensors.unpack(*frames.Wire(theirs).receive(deadline=deadline))
            with recorder:
                x, scale = value["args"]
                x = (x.float().pow(2).mean(-1, keepdim=True) * scale).rsqrt().to(x.dtype)
            recorder.take()
            tree = source_check.parse(b"import torch\n\ndef forward(x):\n    return torch.relu(x) + 1\n", "answer.py")
            source_check.forbidden_names(tree, ["nothing"])
            source_check.hidden_calls(tree)
    candidate.describe(ValueError("nothing"), "answer.py")


def _exercise_torch() -> None:
    import torch

    for dtype in (torch.float32, torch.bfloat16, torch.float16, torch.float64):
        layer = torch.nn.Linear(4, 4).to(dtype)
        x = torch.ones(2, 4, dtype=dtype, requires_grad=True)
        layer(x).softmax(-1).backward(torch.ones(2, 4, dtype=dtype))
        torch.autograd.grad(layer(x).pow(2).sum(), [x, *layer.parameters()])
    repr(torch.ones(2, requires_grad=True))
    torch.randn(2, generator=torch.Generator().manual_seed(0))


def _exercise_optimisers() -> None:
    import torch
    from torch.utils.checkpoint import checkpoint

    weight = torch.nn.Parameter(torch.ones(2, 2))
    checkpoint(torch.sin, weight, use_reentrant=False).sum().backward()
    for kind in (torch.optim.SGD, torch.optim.AdamW):
        optimizer = kind([weight], lr=0.1)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()


def _exercise_peft() -> None:
    """A Llama without weights, with each kind of adapter that is asked about most: what that imports is wide."""
    import warnings

    import torch
    from peft import LoraConfig, PrefixTuningConfig, PromptTuningConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(vocab_size=8, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2)
    adapters = (
        LoraConfig(task_type="CAUSAL_LM"),
        PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2),
        PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2),
    )
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for adapter in adapters:
            get_peft_model(LlamaForCausalLM(shape), adapter)
        LlamaForCausalLM(shape).model(torch.zeros(1, 2, dtype=torch.long), use_cache=True)
