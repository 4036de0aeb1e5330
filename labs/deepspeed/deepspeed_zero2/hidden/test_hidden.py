"""The hidden suite. Each setting is judged by what DeepSpeed makes of it, alone, so that a mistake fails the property
that names it and few others; `training-steps` takes the file as a whole.
"""

import math

import torch

from labs.grading.content import Text
from labs.grading.strict_json import said
from labs.grading.suite import Complaint, assert_close, judges

BATCH_KEYS = ["train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps"]
PRECISION_KEYS = ["bf16", "bfloat16", "fp16", "torch_autocast", "communication_data_type"]
ASKED = {*BATCH_KEYS, *PRECISION_KEYS, "zero_optimization", "optimizer", "gradient_clipping", "gradient_allreduce_op"}

# Logging, checkpoints, and checks that pass: training comes to the same with and without them.
FREE = {
    *("steps_per_print", "wall_clock_breakdown", "memory_breakdown", "dump_state", "log_level", "timers"),
    *("tensorboard", "wandb", "csv_monitor", "comet", "comms_logger", "flops_profiler", "vocabulary_size"),
    *("checkpoint", "datastates_ckpt", "aio", "disable_python_gc", "activation_checkpointing"),
    *("zero_allow_untested_optimizer", "zero_force_ds_cpu_optimizer", "dataloader_drop_last"),
}

# Buckets are counted in elements: 5e9 in bfloat16 are 10 GB, and overlapping takes several of them.
LARGEST_BUCKET = 5_000_000_000


def value(reply):
    """What a harness function found, unless there are problems to complain of; the first three are said."""
    texts = [said(problem) for problem in reply["problems"][:3]]
    if texts:
        raise Complaint(Text(en=" ".join(t.en for t in texts), zh="".join(t.zh for t in texts)))
    return reply["value"]


def demand(holds, en, zh):
    if not holds:
        raise Complaint(Text(en=en, zh=zh))


def shown(setting):
    """A setting of the candidate's own, short enough for a sentence."""
    return str(setting)[:40].replace("`", "'")


def demand_number(setting, wanted, key):
    close = type(setting) in (int, float) and math.isclose(setting, wanted, rel_tol=1e-9)
    demand(
        close,
        f"`{key}` comes to {shown(setting)}; {wanted:g} is asked.",
        f"`{key}` 的实际取值是 {shown(setting)}，要求是 {wanted:g}。",
    )


@judges("strict-json")
def test_the_file_is_strict_json(candidate):
    value(candidate.strict_json())


@judges("known-keys")
def test_deepspeed_knows_every_key(candidate):
    value(candidate.unknown_keys())


@judges("no-auto")
def test_nothing_is_left_to_the_trainer(candidate):
    value(candidate.autos())


@judges("batch")
def test_sequences_a_step(candidate):
    actual = value(candidate.effective(*BATCH_KEYS))
    step, micro, times = (shown(actual[key]) for key in BATCH_KEYS)
    demand(
        [actual[key] for key in BATCH_KEYS] == [256, 4, 8],
        f"On 8 GPUs a step is {step} sequences here: {micro} a GPU at a time, {times} times. "
        "Asked are 256 a step, 4 a GPU at a time.",
        f"在 8 张 GPU 上，这里每步 {step} 条序列：每张 GPU 每次 {micro} 条，累积 {times} 次。"
        "要求每步 256 条，每张 GPU 每次 4 条。",
    )


@judges("precision")
def test_bfloat16_over_float32_masters(candidate):
    actual = value(candidate.effective(*PRECISION_KEYS, "zero_optimization"))["precision"]
    demand(
        not actual["fp16"],
        "`fp16.enabled` is true. fp16 ends at 65504 and needs loss scaling; bf16 is asked.",
        "`fp16.enabled` 为 true。fp16 的上限是 65504，还需要损失缩放；要求用 bf16。",
    )
    demand(
        actual["bf16"],
        "`bf16.enabled` is not true, so everything trains in float32, at twice the memory.",
        "`bf16.enabled` 不为 true，训练会全程使用 float32，内存加倍。",
    )
    demand(
        not actual["torch_autocast"],
        "`torch_autocast` keeps the weights in float32 and casts in each operation; `bf16` is asked.",
        "`torch_autocast` 让权重保持 float32，只在各算子内转换；要求用 `bf16`。",
    )
    demand(
        not actual["bf16_master_weights_and_grads"],
        "`bf16_master_weights_and_grads` drops the float32 master weights: steps of 2e-5 vanish in bfloat16.",
        "`bf16_master_weights_and_grads` 会丢掉 float32 主权重：2e-5 的更新量在 bfloat16 里会消失。",
    )
    demand(
        actual["communication_data_type"] in ("", "torch.bfloat16"),
        "`communication_data_type` sends gradients in another dtype than bf16; leave it out.",
        "`communication_data_type` 让梯度以 bf16 之外的 dtype 通信；请去掉这个键。",
    )


@judges("zero-stage")
def test_optimizer_states_and_gradients_are_sharded(candidate):
    stage = value(candidate.effective("zero_optimization"))["zero"]["stage"]
    demand(
        stage == 2,
        f"The ZeRO stage is {shown(stage)}. Stage 1 shards optimizer states, 2 gradients too, 3 parameters as well; "
        "2 is asked.",
        f"ZeRO 阶段是 {shown(stage)}。1 切分优化器状态，2 再切分梯度，3 连参数也切分；要求是 2。",
    )


@judges("communication")
def test_reduction_overlaps_with_the_backward_pass(candidate):
    actual = value(candidate.effective("zero_optimization"))["zero"]
    demand(
        actual["overlap_comm"],
        "`zero_optimization.overlap_comm` is not true. DeepSpeed turns it on by itself only in stage 3.",
        "`zero_optimization.overlap_comm` 不为 true。DeepSpeed 只在阶段 3 才默认打开它。",
    )
    demand(
        actual["contiguous_gradients"],
        "`zero_optimization.contiguous_gradients` is false: gradients lie scattered and memory fragments.",
        "`zero_optimization.contiguous_gradients` 为 false：梯度散落各处，显存会碎片化。",
    )
    largest = max(actual["reduce_bucket_size"], actual["allgather_bucket_size"])
    demand(
        largest <= LARGEST_BUCKET,
        "A bucket is larger than any GPU holds. Bucket sizes are numbers of elements; at most 5e9 here.",
        "桶的大小超出了 GPU 的显存。桶的大小以元素个数计；这里最多 5e9。",
    )


@judges("communication")
def test_gradients_are_averaged_over_the_gpus(candidate):
    operation = value(candidate.effective("gradient_allreduce_op"))["gradient_allreduce_op"]
    demand(
        operation == "mean",
        "`gradient_allreduce_op` sums the gradients of the 8 GPUs instead of averaging them.",
        "`gradient_allreduce_op` 把 8 张 GPU 的梯度相加，而不是取平均。",
    )


@judges("offload")
def test_optimizer_states_lie_in_pinned_cpu_memory(candidate):
    actual = value(candidate.effective("zero_optimization"))
    states, parameters = actual["offload_optimizer"], actual["offload_param"]
    demand(
        parameters is None or parameters["device"] == "none",
        "`offload_param` moves the parameters and belongs to stage 3; only optimizer states are to be moved.",
        "`offload_param` 卸载的是参数，只用于阶段 3；这里只要求卸载优化器状态。",
    )
    demand(
        states is not None and states["device"] == "cpu",
        "Optimizer states do not go to the CPU: `zero_optimization.offload_optimizer.device` says where they lie.",
        "优化器状态没有卸载到 CPU：存放位置由 `zero_optimization.offload_optimizer.device` 指定。",
    )
    demand(
        states["pin_memory"],
        "`offload_optimizer.pin_memory` is false: copies from pageable memory are slow and cannot overlap.",
        "`offload_optimizer.pin_memory` 为 false：从可分页内存拷贝较慢，也无法与计算重叠。",
    )


@judges("optimizer")
def test_adam_with_the_numbers_asked(candidate):
    actual = value(candidate.effective("optimizer"))["optimizer"]
    demand(
        actual["adam"],
        f"The optimizer is {shown(actual['type']) or 'not set'}; AdamW is asked.",
        f"优化器是 {shown(actual['type']) or '未设置'}，要求是 AdamW。",
    )
    demand_number(actual["lr"], 2e-5, "lr")
    demand_number(actual["betas"][0], 0.9, "betas[0]")
    demand_number(actual["betas"][1], 0.95, "betas[1]")
    demand_number(actual["eps"], 1e-5, "eps")
    demand(
        actual["bias_correction"] is True and actual["amsgrad"] is False,
        "`bias_correction` or `amsgrad` makes this another Adam.",
        "`bias_correction` 或 `amsgrad` 使它成了另一种 Adam。",
    )


@judges("weight-decay")
def test_weight_decay_is_decoupled(candidate):
    actual = value(candidate.effective("optimizer"))["optimizer"]
    demand(
        actual["adam"],
        "There is no AdamW whose weight decay could be judged.",
        "没有 AdamW，无从评判它的权重衰减。",
    )
    demand(
        actual["decoupled"],
        "Weight decay is not decoupled: as an L2 penalty it passes through Adam's division by the gradient's size.",
        "权重衰减没有解耦：作为 L2 惩罚，它会一起被 Adam 按梯度大小缩放。",
    )
    demand_number(actual["weight_decay"], 0.1, "weight_decay")


@judges("clipping")
def test_gradients_are_clipped(candidate):
    demand_number(value(candidate.effective("gradient_clipping"))["gradient_clipping"], 1.0, "gradient_clipping")


@judges("nothing-else")
def test_nothing_else_changes_training(candidate):
    more = sorted(set(value(candidate.changing_keys())) - ASKED - FREE)
    if value(candidate.effective("zero_optimization"))["zero"]["zenflow"]:
        more.append("zero_optimization.zenflow")
    names = ", ".join(f"`{shown(key)}`" for key in more[:5])
    demand(
        not more,
        f"Nobody asked for {names}; it changes how the model trains.",
        f"题目没有要求 {names}，它会改变训练方式。",
    )


@judges("training-steps")
def test_three_steps_of_eight_micro_steps(candidate, reference, draw):
    # float32 masters start as the bfloat16 weights, so these are drawn as such. Gradients differ in size between
    # steps, or Adam would hide the clipping; a third of them is as small as eps.
    weight = draw.uniform(0.05, 0.15, 24, dtype=torch.bfloat16).float()
    sizes = torch.tensor([8.0, 0.05, 2.0]).repeat_interleave(8)[:, None, None]
    batches = draw.normal(24, 4, 24) * sizes
    batches[..., ::3] *= 1e-4
    actual = value(candidate.train(weight, batches))
    expected = value(reference.train(weight, batches))
    assert_close(actual["master"], expected["master"])
    assert_close(actual["weight"], expected["weight"])
