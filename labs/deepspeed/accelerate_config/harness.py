"""How an answer to this lab is read.

The judge runs these functions over the text of your file. PyYAML reads it, as accelerate does: YAML 1.1, in which an
unquoted no, off or false is a boolean.
"""

import yaml

# What accelerate 1.15 calls an error beside a deepspeed_config_file.
IN_THE_DEEPSPEED_FILE = {
    *("gradient_accumulation_steps", "gradient_clipping", "zero_stage", "zero3_save_16bit_model"),
    *("offload_optimizer_device", "offload_param_device", "offload_optimizer_nvme_path", "offload_param_nvme_path"),
}
TOP_KEYS = {
    *("compute_environment", "distributed_type", "mixed_precision", "use_cpu", "debug", "num_processes"),
    *("machine_rank", "num_machines", "gpu_ids", "main_process_ip", "main_process_port", "rdzv_backend"),
    *("same_network", "main_training_function", "enable_cpu_affinity", "fp8_config", "deepspeed_config"),
    *("fsdp_config", "parallelism_config", "megatron_lm_config", "mpirun_config", "downcast_bf16", "tpu_name"),
    *("tpu_zone", "tpu_use_cluster", "tpu_use_sudo", "command_file", "commands", "tpu_vm", "tpu_env"),
    *("dynamo_config", "dynamo_backend", "fp16"),
}
DEEPSPEED_KEYS = IN_THE_DEEPSPEED_FILE | {
    *("deepspeed_config_file", "zero3_init_flag", "deepspeed_hostfile", "deepspeed_exclusion_filter"),
    *("deepspeed_inclusion_filter", "deepspeed_multinode_launcher", "deepspeed_moe_layer_cls_names"),
}


def read(answer):
    """`problem`: why the file cannot be read, or None. `value`: the mapping that it holds."""
    try:
        root = yaml.compose(answer, Loader=yaml.SafeLoader)
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(answer, Loader=yaml.SafeLoader)):
            return {"problem": "alias", "value": None}
        if not isinstance(root, yaml.MappingNode):
            return {"problem": "mapping", "value": None}
        if _has_a_key_twice(root):
            return {"problem": "twice", "value": None}
        return {"problem": None, "value": _plain(yaml.safe_load(answer))}
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        return {"problem": "yaml", "value": None}


def unknown_keys(answer):
    """The keys that accelerate does not know, at the top and inside `deepspeed_config`."""
    value = read(answer)["value"]
    return {
        "top": sorted(set(value) - TOP_KEYS),
        "deepspeed_config": sorted(set(_block(value)) - DEEPSPEED_KEYS),
    }


def said_again(answer):
    """The keys of `deepspeed_config` that are an error beside a DeepSpeed file."""
    return sorted(set(_block(read(answer)["value"])) & IN_THE_DEEPSPEED_FILE)


def _block(value):
    block = value.get("deepspeed_config")
    return block if isinstance(block, dict) else {}


def _has_a_key_twice(node):
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        return len(set(keys)) < len(node.value) or any(_has_a_key_twice(value) for _, value in node.value)
    return isinstance(node, yaml.SequenceNode) and any(_has_a_key_twice(item) for item in node.value)


def _plain(value):
    """What JSON can carry: a date, say, becomes text, and so does each key."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
