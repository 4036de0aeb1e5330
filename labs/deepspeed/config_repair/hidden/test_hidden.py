"""The hidden suite. Each setting is judged by what DeepSpeed makes of it, alone, in all four configurations, so that a
mistake fails the property that names it and few others.
"""

import math

from labs.grading.content import Text
from labs.grading.strict_json import said
from labs.grading.suite import Complaint, judges

BATCH_KEYS = ["train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps"]
BATCHES = {"zero2": [64, 4, 4], "zero3_offload": [128, 2, 8], "one_gpu": [16, 2, 8], "trainer": [32, 2, 4]}
RUNS = list(BATCHES)
PRECISION_KEYS = ["bf16", "bfloat16", "fp16", "torch_autocast", "communication_data_type"]
STAGES = {"zero2": 2, "zero3_offload": 3, "one_gpu": 0, "trainer": 3}
CLIPPING = {"zero2": 0.3, "zero3_offload": 1.0, "one_gpu": 1.0, "trainer": 0.5}
BUCKET = 100_000_000  # elements: 200 MB in bfloat16
ADAM = {"lr": 2e-5, "eps": 1e-8, "weight_decay": 0.1}
TRAINER_ADAM = {"lr": 3e-5, "eps": 1e-8, "weight_decay": 0.01}

ASKED = {*BATCH_KEYS, *PRECISION_KEYS, "zero_optimization", "optimizer", "gradient_clipping", "gradient_allreduce_op"}
# Logging, checkpoints, and checks that pass: training comes to the same with and without them.
FREE = {
    *("steps_per_print", "wall_clock_breakdown", "memory_breakdown", "dump_state", "log_level", "timers"),
    *("tensorboard", "wandb", "csv_monitor", "comet", "comms_logger", "flops_profiler", "vocabulary_size"),
    *("checkpoint", "datastates_ckpt", "aio", "disable_python_gc", "activation_checkpointing"),
    *("zero_allow_untested_optimizer", "zero_force_ds_cpu_optimizer", "dataloader_drop_last"),
}


def value(reply):
    """What a harness function found, unless there are problems to complain of; the first three are said."""
    texts = [said(problem) for problem in reply["problems"][:3]]
    if texts:
        raise Complaint(Text(en=" ".join(t.en for t in texts), zh="".join(t.zh for t in texts)))
    return reply["value"]


def demand(holds, name, en, zh):
    if not holds:
        raise Complaint(Text(en=f"`{name}`: {en}", zh=f"`{name}`：{zh}"))


def shown(setting):
    """A setting of the candidate's own, short enough for a sentence."""
    return str(setting)[:40].replace("`", "'")


def is_number(setting, wanted):
    return type(setting) in (int, float) and math.isclose(setting, wanted, rel_tol=1e-9)


def demand_number(setting, wanted, name, key):
    en = f"`{key}` comes to {shown(setting)}; {wanted:g} is asked."
    demand(is_number(setting, wanted), name, en, f"`{key}` 的实际取值是 {shown(setting)}，要求是 {wanted:g}。")


@judges("strict-json")
def test_the_file_is_strict_json(candidate):
    value(candidate.strict_json())


@judges("known-keys")
def test_deepspeed_knows_every_key(candidate):
    value(candidate.unknown_keys())


@judges("no-auto")
def test_nothing_is_left_open(candidate):
    value(candidate.autos())


@judges("batch")
def test_sequences_a_step(candidate):
    for name, asked in BATCHES.items():
        actual = value(candidate.settings(name, *BATCH_KEYS))
        step, micro, times = (shown(actual[key]) for key in BATCH_KEYS)
        demand(
            [actual[key] for key in BATCH_KEYS] == asked,
            name,
            f"a step is {step} sequences here, {micro} a GPU at a time, {times} times; asked are "
            f"{asked[0]}, {asked[1]} and {asked[2]}.",
            f"这里每步 {step} 条序列，每张 GPU 每次 {micro} 条，累积 {times} 次；要求分别是 {asked[0]}、{asked[1]} 和 "
            f"{asked[2]}。",
        )


@judges("precision")
def test_precision(candidate):
    for name in RUNS:
        actual = value(candidate.settings(name, *PRECISION_KEYS))
        wanted = {"fp16": name == "one_gpu", "bf16": name != "one_gpu"}
        on = [key for key in ("bf16", "fp16", "torch_autocast") if actual["precision"][key]]
        demand(
            on == [key for key, enabled in sorted(wanted.items()) if enabled],
            name,
            f"mixed precision comes to {' and '.join(on) or 'none'}; {'fp16' if wanted['fp16'] else 'bf16'} is asked.",
            f"混合精度的实际取值是 {'、'.join(on) or '无'}；要求用 {'fp16' if wanted['fp16'] else 'bf16'}。",
        )
        demand(
            not actual["precision"]["bf16_master_weights_and_grads"]
            and actual["precision"]["communication_data_type"]
            in ("", "torch.float16" if wanted["fp16"] else "torch.bfloat16"),
            name,
            "the master weights or the communication have another dtype than asked.",
            "主权重或通信的 dtype 与要求不符。",
        )


@judges("precision")
def test_the_loss_scale_is_dynamic(candidate):
    scale = value(candidate.settings("one_gpu", "fp16"))["scale"]
    demand(
        scale["loss_scale"] == 0,
        "one_gpu",
        f"the loss scale stays at {shown(scale['loss_scale'])}. In DeepSpeed 0 stands for a dynamic scale.",
        f"损失缩放固定为 {shown(scale['loss_scale'])}。DeepSpeed 用 0 表示动态缩放。",
    )
    demand_number(scale["initial_scale_power"], 16, "one_gpu", "fp16.initial_scale_power")


@judges("zero")
def test_stages(candidate):
    for name, stage in STAGES.items():
        actual = value(candidate.settings(name, "zero_optimization"))["zero"]["stage"]
        en = f"the ZeRO stage is {shown(actual)}; {stage} is asked."
        demand(actual == stage, name, en, f"ZeRO 阶段是 {shown(actual)}，要求是 {stage}。")


@judges("zero")
def test_bucket_sizes_are_counted_in_elements(candidate):
    zero = value(candidate.settings("zero2", "zero_optimization"))["zero"]
    for key in ("reduce_bucket_size", "allgather_bucket_size"):
        demand(
            zero[key] == BUCKET,
            "zero2",
            f"`{key}` is {shown(zero[key])} elements, two bytes each in bf16; a bucket of 200 MB is asked.",
            f"`{key}` 是 {shown(zero[key])} 个元素，bf16 下每个两字节；要求每桶 200 MB。",
        )


@judges("zero")
def test_stage_3_gathers_the_weights_on_saving(candidate):
    for name in ("zero3_offload", "trainer"):
        demand(
            value(candidate.settings(name, "zero_optimization"))["gather_on_save"],
            name,
            "in stage 3 each GPU holds a part of the weights, and nothing gathers them in 16 bits on saving.",
            "阶段 3 下每张 GPU 只有一部分权重，保存时没有汇集成 16 位的完整权重。",
        )


@judges("offload")
def test_what_is_offloaded(candidate):
    for name in RUNS:
        actual = value(candidate.settings(name, "zero_optimization"))
        for key in ("offload_optimizer", "offload_param"):
            block = actual[key]
            device, pinned = (block["device"], block["pin_memory"]) if block else ("none", False)
            if name != "zero3_offload":
                en = f"`{key}` moves something to {shown(device)}, which nobody asked for."
                demand(device == "none", name, en, f"`{key}` 会卸载到 {shown(device)}，题目没有要求。")
                continue
            demand(
                device == "cpu" and pinned,
                name,
                f"`{key}` comes to the device {shown(device)}{'' if pinned else ', not pinned'}; "
                "pinned CPU memory is asked.",
                f"`{key}` 的实际去向是 {shown(device)}{'' if pinned else '，且未锁页'}；要求是锁页的 CPU 内存。",
            )


@judges("clipping")
def test_clipping(candidate):
    for name, wanted in CLIPPING.items():
        actual = value(candidate.settings(name, "gradient_clipping"))["gradient_clipping"]
        demand_number(actual, wanted, name, "gradient_clipping")


@judges("trainer-agrees")
def test_the_configuration_agrees_with_the_arguments(candidate):
    differ = value(candidate.mismatches())
    keys = ", ".join(f"`{key}` ({shown(actual)})" for key, actual, _ in differ)
    demand(
        not differ,
        "trainer",
        f"the Trainer stops here, because its arguments say otherwise than {keys}.",
        f"Trainer 会在这里报错，因为它的参数与 {keys} 不一致。",
    )


@judges("schedule")
def test_the_schedule(candidate):
    for name in RUNS[:-1]:
        demand(
            value(candidate.settings(name, "scheduler"))["scheduler"] is None,
            name,
            "there is a scheduler; the learning rate is to stay as it is.",
            "设置了调度器；要求学习率保持不变。",
        )
    scheduler = value(candidate.settings("trainer", "scheduler"))["scheduler"]
    scheduler = scheduler if isinstance(scheduler, dict) else {}
    params = scheduler.get("params")
    params = params if isinstance(params, dict) else {}
    demand(
        scheduler.get("type") == "WarmupDecayLR" and set(scheduler) <= {"type", "params"},
        "trainer",
        "the scheduler is not WarmupDecayLR, which warms up and then decays to zero.",
        "调度器不是 WarmupDecayLR；它先预热，再衰减到零。",
    )
    unknown = sorted(
        set(params) - {"warmup_min_lr", "warmup_max_lr", "warmup_num_steps", "warmup_type", "total_num_steps"}
    )
    demand(not unknown, "trainer", "the scheduler has an argument too many.", "调度器有多余的参数。")
    demand(
        params.get("warmup_type") == "linear",
        "trainer",
        "the warm-up is not linear; DeepSpeed's default is logarithmic.",
        "预热不是线性的；DeepSpeed 默认按对数增长。",
    )
    wanted = {"warmup_max_lr": 3e-5, "warmup_num_steps": 100, "total_num_steps": 2000}
    for key, number in wanted.items():
        demand_number(params.get(key), number, "trainer", f"scheduler.params.{key}")
    demand_number(params.get("warmup_min_lr", 0), 0, "trainer", "scheduler.params.warmup_min_lr")


@judges("untouched")
def test_the_optimizer_stays_as_it_is(candidate):
    for name in RUNS:
        actual = value(candidate.settings(name, "optimizer"))["optimizer"]
        demand(
            actual["adam"] and actual["decoupled"] and actual["bias_correction"] is True and actual["amsgrad"] is False,
            name,
            "the optimizer is not AdamW any more.",
            "优化器不再是 AdamW。",
        )
        adam, beta = (TRAINER_ADAM, 0.999) if name == "trainer" else (ADAM, 0.95)
        for key, wanted in adam.items():
            demand_number(actual[key], wanted, name, f"optimizer.params.{key}")
        demand_number(actual["betas"][0], 0.9, name, "optimizer.params.betas[0]")
        demand_number(actual["betas"][1], beta, name, "optimizer.params.betas[1]")


@judges("untouched")
def test_nothing_else_changes_training(candidate):
    for name in RUNS:
        more = sorted(set(value(candidate.changing_keys(name))) - ASKED - FREE - {"scheduler"})
        if value(candidate.settings(name, "zero_optimization"))["zero"]["zenflow"]:
            more.append("zero_optimization.zenflow")
        if value(candidate.settings(name, "gradient_allreduce_op"))["gradient_allreduce_op"] != "mean":
            more.append("gradient_allreduce_op")
        names = ", ".join(f"`{shown(key)}`" for key in more[:5])
        demand(not more, name, f"nobody asked for {names}.", f"题目没有要求 {names}。")
