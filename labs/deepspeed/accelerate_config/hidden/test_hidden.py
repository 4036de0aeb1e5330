"""The hidden suite. Each setting is judged by itself; what cannot be read fails `yaml` and whatever needs it."""

from labs.grading.content import Text
from labs.grading.suite import Complaint, judges

UNREADABLE = {
    "yaml": Text(en="The file is not YAML.", zh="文件不是合法的 YAML。"),
    "alias": Text(en="The file has an alias (*name); write the value out.", zh="文件里有别名（*name），请直接写出值。"),
    "mapping": Text(en="The file is not a mapping of keys to values.", zh="文件不是键值映射。"),
    "twice": Text(
        en="A key stands twice in one mapping; YAML keeps the last.", zh="同一映射里有键重复，YAML 只保留最后一个。"
    ),
}

FREE = {"debug", "enable_cpu_affinity", "main_process_port", "rdzv_backend", "same_network", "main_training_function"}
JUDGED = {
    *("compute_environment", "distributed_type", "deepspeed_config", "num_processes", "num_machines"),
    *("machine_rank", "use_cpu", "mixed_precision", "fp16", "dynamo_backend", "dynamo_config"),
}
ABSENT = (None, {}, [], "")


def demand(holds, en, zh):
    if not holds:
        raise Complaint(Text(en=en, zh=zh))


def settings(candidate):
    reply = candidate.read()
    if reply["problem"] is not None:
        raise Complaint(UNREADABLE[reply["problem"]])
    return reply["value"]


def deepspeed(candidate):
    block = settings(candidate).get("deepspeed_config")
    demand(isinstance(block, dict), "There is no `deepspeed_config` block.", "没有 `deepspeed_config` 块。")
    return block


def demand_number(value, key, wanted, default):
    actual = value.get(key, default)
    demand(
        type(actual) is int and actual == wanted,
        f"`{key}` is not the number {wanted}.",
        f"`{key}` 不是数字 {wanted}。",
    )


def named(keys):
    return ", ".join(f"`{key[:40]}`".replace("\n", " ") for key in sorted(keys)[:5])


@judges("yaml")
def test_the_file_is_a_plain_mapping(candidate):
    settings(candidate)


@judges("known-keys")
def test_accelerate_knows_every_key(candidate):
    settings(candidate)
    unknown = candidate.unknown_keys()["top"]
    demand(not unknown, f"accelerate does not know {named(unknown)}.", f"accelerate 不认得 {named(unknown)}。")
    unknown = candidate.unknown_keys()["deepspeed_config"]
    demand(
        not unknown,
        f"Nothing reads {named(unknown)} in `deepspeed_config`.",
        f"没有什么会读取 `deepspeed_config` 里的 {named(unknown)}。",
    )


@judges("deepspeed")
def test_it_launches_deepspeed_on_this_machine(candidate):
    value = settings(candidate)
    demand(
        value.get("distributed_type") == "DEEPSPEED",
        "`distributed_type` is not `DEEPSPEED`, so the `deepspeed_config` block does nothing.",
        "`distributed_type` 不是 `DEEPSPEED`，`deepspeed_config` 块不起作用。",
    )
    demand(
        value.get("compute_environment", "LOCAL_MACHINE") == "LOCAL_MACHINE",
        "`compute_environment` is not `LOCAL_MACHINE`.",
        "`compute_environment` 不是 `LOCAL_MACHINE`。",
    )


@judges("config-file")
def test_it_names_the_deepspeed_file(candidate):
    path = deepspeed(candidate).get("deepspeed_config_file")
    demand(
        path in ("ds_config.json", "./ds_config.json"),
        "`deepspeed_config_file` is not `ds_config.json`: without the right name its settings are never read.",
        "`deepspeed_config_file` 不是 `ds_config.json`：名字不对，其中的设置就不会被读取。",
    )


@judges("said-once")
def test_nothing_is_said_twice(candidate):
    deepspeed(candidate)
    again = candidate.said_again()
    demand(
        not again,
        f"accelerate raises for {named(again)} beside a `deepspeed_config_file`; the DeepSpeed file says it.",
        f"有 `deepspeed_config_file` 时，accelerate 遇到 {named(again)} 会报错；这些应写在 DeepSpeed 的文件里。",
    )


@judges("precision")
def test_precision_is_left_to_the_deepspeed_file(candidate):
    given = set(settings(candidate)) & {"mixed_precision", "fp16"}
    demand(
        not given,
        f"{named(given)} stands beside a `deepspeed_config_file`; the DeepSpeed file settles the precision.",
        f"{named(given)} 与 `deepspeed_config_file` 并列；精度由 DeepSpeed 的文件决定。",
    )


@judges("zero3-init")
def test_parameters_are_not_partitioned_at_their_making(candidate):
    flag = deepspeed(candidate).get("zero3_init_flag", False)
    demand(
        flag is False,
        "`zero3_init_flag` is not false. It partitions parameters as they are made, in stage 3; the file says stage 2.",
        "`zero3_init_flag` 不是 false。它在创建参数时就切分参数，只用于阶段 3；文件里是阶段 2。",
    )


@judges("processes")
def test_one_process_for_each_gpu(candidate):
    value = settings(candidate)
    demand_number(value, "num_processes", 4, None)
    demand_number(value, "num_machines", 1, 1)
    demand_number(value, "machine_rank", 0, 0)


@judges("dynamo")
def test_no_compiler(candidate):
    value = settings(candidate)
    config = value.get("dynamo_config") or {}
    backends = [value["dynamo_backend"]] if "dynamo_backend" in value else []
    backends += list(config.values()) if isinstance(config, dict) else [config]
    demand(
        all(backend == "NO" for backend in backends),
        "The dynamo backend is not `'NO'`. `yes` is no backend, and an unquoted NO is the boolean false.",
        "dynamo 后端不是 `'NO'`。`yes` 不是后端名；不加引号的 NO 是布尔值 false。",
    )


@judges("on-the-gpu")
def test_it_runs_on_the_gpus(candidate):
    demand(
        settings(candidate).get("use_cpu", False) is False,
        "`use_cpu` is not false; the run is on GPUs.",
        "`use_cpu` 不是 false；训练在 GPU 上进行。",
    )


@judges("nothing-else")
def test_nothing_else_is_turned_on(candidate):
    value = settings(candidate)
    others = set(value) - FREE - JUDGED - set(candidate.unknown_keys()["top"])
    more = {key for key in others if value[key] not in ABSENT and value[key] is not False}
    if value.get("downcast_bf16") == "no":
        more.discard("downcast_bf16")
    if value.get("gpu_ids") == "all":
        more.discard("gpu_ids")
    block = value.get("deepspeed_config")
    idle = {"deepspeed_hostfile", "deepspeed_exclusion_filter", "deepspeed_inclusion_filter"}
    more |= {key for key in idle & set(block if isinstance(block, dict) else ()) if block[key] not in ABSENT}
    demand(not more, f"Nobody asked for {named(more)}.", f"题目没有要求 {named(more)}。")
