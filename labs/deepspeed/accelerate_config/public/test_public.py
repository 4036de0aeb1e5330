"""The visible suite: the form of the file. The hidden suite judges what it says."""

from labs.grading.content import Text
from labs.grading.suite import Complaint, judges


def demand(holds, en, zh):
    if not holds:
        raise Complaint(Text(en=en, zh=zh))


@judges("yaml")
def test_the_file_is_a_yaml_mapping(candidate):
    demand(
        candidate.read()["problem"] is None,
        "The file is no plain YAML mapping with each key once.",
        "文件不是每个键只出现一次的普通 YAML 映射。",
    )


@judges("deepspeed")
def test_it_asks_for_deepspeed(candidate):
    value = candidate.read()["value"] or {}
    demand(
        value.get("distributed_type") == "DEEPSPEED",
        "`distributed_type` is not `DEEPSPEED`.",
        "`distributed_type` 不是 `DEEPSPEED`。",
    )


@judges("config-file")
def test_it_names_the_deepspeed_file(candidate):
    block = (candidate.read()["value"] or {}).get("deepspeed_config")
    demand(
        isinstance(block, dict) and "deepspeed_config_file" in block,
        "`deepspeed_config` names no `deepspeed_config_file`: ds_config.json would never be read.",
        "`deepspeed_config` 没有给出 `deepspeed_config_file`：ds_config.json 根本不会被读取。",
    )
