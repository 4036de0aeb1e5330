"""What the judge assumes of the installed DeepSpeed, and what it makes of configurations."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from typing import Any

import pytest
import torch

from labs.grading.strict_json import Document, read_strict

pytest.importorskip("deepspeed")

from labs.grading import deepspeed_runtime as runtime

CONFIG: dict[str, Any] = {
    "train_batch_size": 256,
    "train_micro_batch_size_per_gpu": 4,
    "bf16": {"enabled": True},
    "zero_optimization": {"stage": 2, "overlap_comm": True, "offload_optimizer": {"device": "cpu"}},
    "optimizer": {"type": "AdamW", "params": {"lr": 2e-5, "betas": [0.9, 0.95], "eps": 1e-5, "weight_decay": 0.1}},
    "gradient_clipping": 1.0,
}


def document(config: dict[str, Any]) -> Document:
    read = read_strict(json.dumps(config, indent=1))
    assert isinstance(read, Document)
    return read


def changed(path: str, value: Any) -> Document:
    config = copy.deepcopy(CONFIG)
    *blocks, last = path.split(".")
    node = config
    for block in blocks:
        node = node.setdefault(block, {})
    node[last] = value
    return document(config)


def micro_steps(n: int = 24) -> tuple[torch.Tensor, torch.Tensor]:
    """Initial weights that bfloat16 holds, and gradients for three steps of different size, some as small as eps."""
    generator = torch.Generator().manual_seed(1)
    weight = (0.1 * torch.rand(n, generator=generator) + 0.05).bfloat16().float()
    sizes = torch.tensor([8.0, 0.05, 2.0]).repeat_interleave(8)[:, None, None]
    batches = torch.randn(24, 4, n, generator=generator) * sizes
    batches[..., ::3] *= 1e-4
    return weight, batches


# The stand-ins -----------------------------------------------------------------------------------------------


def test_the_fake_group_needs_no_socket_and_nothing_is_compiled_or_started() -> None:
    code = """
import sys
from labs.grading import deepspeed_runtime, warming
warming.warm_up("deepspeed")  # which sends a child ahead; this process has made no group yet
imported, opened = set(sys.modules), []
def audit(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.fork", "os.exec", "os.posix_spawn", "os.system", "os.mkdir")):
        raise PermissionError(event)
    if event == "open":
        opened.append(str(arguments[0]))
sys.addaudithook(audit)
deepspeed_runtime.touch()
print(sorted(set(sys.modules) - imported), opened)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[] []\n"


def test_defaults_of_the_installed_version() -> None:
    # What the lab's brief says may be left out.
    read = runtime.effective(document({"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}}))
    assert read["gradient_clipping"] == 1.0
    assert read["zero"]["contiguous_gradients"] is True
    assert read["offload_optimizer"] == {"device": "cpu", "pin_memory": True}
    assert read["zero"]["overlap_comm"] is False
    assert runtime.effective(document({"zero_optimization": {"stage": 3}}))["zero"]["overlap_comm"] is True


# Reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("total", [None, 8, 32, 250, 256])
@pytest.mark.parametrize("micro", [None, 4, 32])
@pytest.mark.parametrize("steps", [None, 1, 8])
def test_the_batch_arithmetic_is_deepspeeds(total: int | None, micro: int | None, steps: int | None) -> None:
    given = {
        key: value
        for key, value in [
            ("train_batch_size", total),
            ("train_micro_batch_size_per_gpu", micro),
            ("gradient_accumulation_steps", steps),
        ]
        if value is not None
    }
    if not given:
        return
    total = total or (micro and micro * (steps or 1) * 8)
    micro = micro or (total and total // 8 // (steps or 1))
    steps = steps or (total and micro and total // micro // 8)
    if total and micro and steps and total == micro * steps * 8:
        read = runtime.effective(document(given))
        assert list(read.values())[:3] == [total, micro, steps]
    else:
        with pytest.raises(runtime.Refused) as refused:
            runtime.effective(document(given))
        assert refused.value.problem["key"] in given
        assert refused.value.problem["line"] > 0


@pytest.mark.parametrize(
    ("name", "mode", "decoupled"),
    [("AdamW", None, True), ("AdamW", False, True), ("Adam", None, True), ("Adam", True, True), ("Adam", False, False)],
)
def test_when_adam_decouples_weight_decay(name: str, mode: bool | None, decoupled: bool) -> None:
    params = {**CONFIG["optimizer"]["params"], **({} if mode is None else {"adam_w_mode": mode})}
    doc = changed("optimizer", {"type": name, "params": params})
    assert runtime.effective(doc)["optimizer"]["decoupled"] is decoupled
    weight, batches = micro_steps()
    expected = plain_adam(weight, batches, decoupled=decoupled)
    torch.testing.assert_close(runtime.train(doc, weight, batches)["master"], expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("zero_optimization.stage", 7, "start"),
        ("zero_optimization.offload_optimizer.device", "gpu", "start"),
        ("zero_optimization.reduce_bucket_size", -1, "start"),
        ("optimizer.params.lr", "2e-5", "number"),
        ("optimizer.params.betas", 0.9, "two numbers"),
        ("gradient_clipping", "1.0", "number"),
        ("train_batch_size", 256.5, "whole number"),
        ("train_batch_size", -256, "whole number"),
        ("optimizer", "AdamW", "object"),
        ("bf16", True, "object"),
    ],
)
def test_a_value_that_deepspeed_refuses_is_named_with_its_line(path: str, value: Any, says: str) -> None:
    with pytest.raises(runtime.Refused) as refused:
        runtime.effective(changed(path, value))
    problem = refused.value.problem
    assert problem["key"] == path
    assert problem["line"] > 0
    assert says in problem["en"]
    assert problem["zh"]


def test_keys_that_change_nothing_are_told_from_those_that_do() -> None:
    config = {"prescale_gradients": False, "fp16": {"enabled": False}, "wall_clock_breakdown": True, "bf16": {}}
    assert runtime.changing_keys(document(config)) == ["wall_clock_breakdown"]


# Keys --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("gradient_cliping", "`gradient_clipping`"),
        ("stage", "`zero_optimization.stage`"),
        ("zero_optimization.gradient_clipping", "`gradient_clipping`"),
        ("zero_optimization.overlap_com", "`overlap_comm`"),
        ("zero_optimization.offload_optimizer.pin_mem", "`pin_memory`"),
        ("optimizer.lr", "`optimizer.params.lr`"),
        ("optimizer.params.max_grad_norm", "`gradient_clipping`"),
        ("optimizer.params.adamw_mode", "`adam_w_mode`"),
        ("activation_checkpointing.unheard_of", "no such key"),
        ("tensorboard.unheard_of", "no such key"),
        ("elasticity", "removed"),
        ("unheard_of", "in silence"),
    ],
)
def test_an_unknown_key_is_found_and_nothing_else(path: str, says: str) -> None:
    (problem,) = runtime.unknown_keys(changed(path, True))
    assert problem["key"] == path
    assert problem["line"] > 0
    assert says in problem["en"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("zero_optimization.cpu_offload", True),
        ("zero_optimization.stage3_prefetch_bucket_size", 5),
        ("optimizer.params.torch_adam", True),
        ("bfloat16", {"enabled": True}),
        ("tensorboard", {"enabled": True, "output_path": "runs"}),
        ("activation_checkpointing", {"partition_activations": True, "cpu_checkpointing": False}),
        ("flops_profiler", {"enabled": True, "profile_step": 3}),
        ("comms_logger", {"enabled": True}),
        ("data_types", {"grad_accum_dtype": "fp32"}),
        ("scheduler", {"type": "WarmupLR", "params": {"warmup_num_steps": 10}}),
        ("pipeline", {"stages": 1}),
    ],
)
def test_known_keys_are_left_in_peace(path: str, value: Any) -> None:
    assert runtime.unknown_keys(changed(path, value)) == []


def test_auto_is_found_at_any_depth() -> None:
    doc = document({"train_batch_size": "auto", "optimizer": {"params": {"betas": [0.9, "auto"], "lr": "Auto"}}})
    found = [problem["key"] for problem in runtime.autos(doc)]
    assert found == ["train_batch_size", "optimizer.params.betas.1", "optimizer.params.lr"]


def test_a_hostile_file_is_answered_shortly() -> None:
    config = {f"key{i}" * 100: {"`[b]`": i} for i in range(5000)}
    config["zero_optimization"] = {f"x{i}": i for i in range(5000)}
    problems = runtime.unknown_keys(document(config))
    assert 0 < len(problems) <= 20
    assert len(json.dumps(problems)) < 20_000


# Training ----------------------------------------------------------------------------------------------------


def plain_adam(weight: torch.Tensor, batches: torch.Tensor, *, decoupled: bool = True) -> torch.Tensor:
    """The same steps without DeepSpeed: bfloat16 gradients, summed in bfloat16, clipped, torch's Adam in float32.

    The gradient of mean(x @ weight) is the mean of x, computed as the backward pass computes it, and each is divided
    by the number of micro-steps, here 8.
    """
    master = torch.nn.Parameter(weight.clone())
    adam = torch.optim.AdamW if decoupled else torch.optim.Adam
    optimizer = adam([master], lr=2e-5, betas=(0.9, 0.95), eps=1e-5, weight_decay=0.1)
    history, total = [], torch.zeros_like(weight, dtype=torch.bfloat16)
    for i, x in enumerate(batches.bfloat16(), start=1):
        w = master.detach().bfloat16().requires_grad_()
        ((x @ w).mean() / 8).backward()
        total += w.grad
        if i % 8 == 0:
            master.grad = total.float() / max(1.0, float(total.float().norm()) + 1e-6)
            optimizer.step()
            total.zero_()
        history.append(master.detach().clone())
    return torch.stack(history)


def test_training_is_adamw_on_accumulated_and_clipped_gradients() -> None:
    weight, batches = micro_steps()
    actual = runtime.train(document(CONFIG), weight, batches)
    torch.testing.assert_close(actual["master"], plain_adam(weight, batches), rtol=1e-6, atol=0)
    assert torch.equal(actual["weight"], actual["master"][-1].bfloat16())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("optimizer.params.lr", 3e-5),
        ("optimizer.params.betas", [0.9, 0.999]),
        ("optimizer.params.betas", [0.95, 0.95]),
        ("optimizer.params.eps", 1e-8),
        ("optimizer.params.weight_decay", 0.0),
        ("gradient_clipping", 0),
        ("gradient_clipping", 0.5),
        ("train_micro_batch_size_per_gpu", 8),
        ("bf16", {"enabled": False}),
        ("scheduler", {"type": "WarmupLR", "params": {"warmup_num_steps": 10}}),
    ],
)
def test_training_shows_every_setting(path: str, value: Any) -> None:
    weight, batches = micro_steps()
    right = runtime.train(document(CONFIG), weight, batches)["master"]
    wrong = runtime.train(changed(path, value), weight, batches)["master"]
    # The lab allows 4 eps.
    assert ((wrong - right).abs() / right).max() > 10 * torch.finfo(torch.float32).eps


@pytest.mark.parametrize("number", [10**9, 10**18])
def test_absurd_numbers_do_not_make_training_long(number: int) -> None:
    weight, batches = micro_steps()
    config = copy.deepcopy(CONFIG)
    del config["train_batch_size"]
    config["gradient_accumulation_steps"] = number
    config["zero_optimization"] |= {"reduce_bucket_size": 10**18, "allgather_bucket_size": 10**18}
    master = runtime.train(document(config), weight, batches)["master"]
    assert torch.equal(master, weight.expand_as(master))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="needs g++, which compiles DeepSpeed's own optimizer")
def test_torchs_adamw_is_deepspeeds_own_up_to_rounding(tmp_path: Any) -> None:
    """A stock initialise, whose optimizer and shared-memory operator g++ compiles: minutes, the first time."""
    weight, batches = micro_steps()
    torch.save({"weight": weight, "batches": batches}, tmp_path / "in.pt")
    config = {**CONFIG, "train_batch_size": 32}  # 4 a GPU, 8 times, on one
    config["zero_optimization"] = {**CONFIG["zero_optimization"], "reduce_bucket_size": 65536}
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = subprocess.run([sys.executable, "-c", _STOCK], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    stock = torch.load(tmp_path / "out.pt")
    assert stock["optimizer"] == "DeepSpeedCPUAdam"
    ours = runtime.train(document(CONFIG), weight, batches)["master"]
    torch.testing.assert_close(ours, stock["master"], rtol=1e-5, atol=0)
    assert (stock["master"] - ours).abs().max() < 0.01 * (ours - weight).abs().max()  # of how far they moved


_STOCK = """
import os
os.environ |= {"DS_ACCELERATOR": "cpu", "RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1"}
import json, socket
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    os.environ["MASTER_PORT"] = str(free.getsockname()[1])
import torch, deepspeed
from deepspeed.utils import safe_get_full_fp32_param

class Mean(torch.nn.Module):
    def __init__(self, weight):
        super().__init__()
        self.weight = torch.nn.Parameter(weight.clone())

    def forward(self, x):
        return (x.to(self.weight.dtype) @ self.weight).mean()

given = torch.load("in.pt")
model = Mean(given["weight"])
engine = deepspeed.initialize(model=model, config=json.load(open("config.json")))[0]
master = []
for x in given["batches"]:
    engine.backward(engine(x))
    engine.step()
    master.append(safe_get_full_fp32_param(model.weight).clone())
torch.save({"master": torch.stack(master), "optimizer": type(engine.basic_optimizer).__name__}, "out.pt")
"""
