"""The numbers in deepspeed_chat.yaml: what the flags of DeepSpeed-Chat's first step amount to."""

from __future__ import annotations

import functools


def trainable_millions(*, lora_dim: int) -> float:
    """Millions of parameters that `main.py --lora_dim R` trains of OPT-6.7B, without `--only_optimize_lora`.

    LoRA replaces every linear layer under `decoder.layers.` and freezes its weight alone. A layer of shape
    (out, in) gets R · (in + out); biases, norms and embeddings go on training.
    Source: DeepSpeedExamples `applications/DeepSpeed-Chat/dschat/utils/module/lora.py`,
    `convert_linear_layer_to_lora` and `LinearLayer_LoRA`.
    """
    lora, others, _all = _opt_6_7b()
    return (lora_dim * lora + others) / 1e6


def trainable_of_lora_alone_millions(*, lora_dim: int) -> float:
    """With `--only_optimize_lora`."""
    return lora_dim * _opt_6_7b()[0] / 1e6


def trainable_of_the_whole_model_millions(*, lora_dim: int) -> float:
    """Full fine-tuning, without LoRA."""
    return _opt_6_7b()[2] / 1e6


def tokens_of_a_step(*, accumulation: int, gpus: int) -> int:
    """Token positions, padding included, in one optimizer step with 8 samples a GPU and `--max_seq_len 512`.

        8 · accumulation · GPUs · 512

    Every sample is padded or cut to `max_seq_len`.
    Source: DeepSpeedExamples, `step1_supervised_finetuning/main.py` and `dschat/utils/data/data_utils.py`.
    """
    return 8 * accumulation * gpus * 512


def tokens_without_accumulation(*, accumulation: int, gpus: int) -> int:
    """The micro-batches of one forward pass."""
    return 8 * gpus * 512


def tokens_of_one_gpu(*, accumulation: int, gpus: int) -> int:
    """One GPU's share."""
    return 8 * accumulation * 512


def samples_of_phase(*, phase: int, samples: int) -> int:
    """How many of `samples` training samples `--data_split 2,4,4` gives to a phase (1 to 3).

    Proportions, not percentages: 2 / 10, 4 / 10, 4 / 10 of one shuffled order.
    Source: DeepSpeedExamples `dschat/utils/data/data_utils.py`, `get_raw_dataset_split_index`.
    """
    shares = [2, 4, 4]
    ends = [0]
    for share in shares:
        ends.append(ends[-1] + round(share / sum(shares) * samples))
    return ends[phase] - ends[phase - 1]


def samples_as_percent(*, phase: int, samples: int) -> int:
    """As if 2,4,4 were percentages."""
    return samples * [2, 4, 4][phase - 1] // 100


def samples_in_thirds(*, phase: int, samples: int) -> int:
    """As if the three phases had equal parts."""
    return samples // 3


@functools.cache
def _opt_6_7b() -> tuple[int, int, int]:
    """LoRA parameters for each rank, parameters outside the frozen weights, all parameters; of OPT-6.7B."""
    import torch
    from transformers import OPTConfig, OPTForCausalLM

    config = OPTConfig(
        hidden_size=4096,
        word_embed_proj_dim=4096,
        ffn_dim=16384,
        num_hidden_layers=32,
        num_attention_heads=32,
        vocab_size=50272,
    )
    with torch.device("meta"):
        model = OPTForCausalLM(config)
    model.tie_weights()
    linears = [
        module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and "decoder.layers." in name
    ]
    frozen = sum(module.weight.numel() for module in linears)
    every = sum(p.numel() for p in model.parameters())
    return sum(module.in_features + module.out_features for module in linears), every - frozen, every
