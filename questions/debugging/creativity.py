"""The numbers in creativity.yaml: diversity of texts, decoding modes, mixing of data, merging of adapters."""

from __future__ import annotations


def pooled_distinct(*, poem: str, n: int, samples: int) -> float:
    """distinct-n over `samples` equal outputs: different n-grams of all of them over n-grams of all of them.

    n-grams are counted inside each output, never across the border of two.
    Source: Li et al. 2016, who scale the number of different n-grams by the amount of text.
    """
    outputs = [poem.split()] * samples
    grams = [gram for tokens in outputs for gram in _ngrams(tokens, n)]
    return len(set(grams)) / len(grams)


def mean_distinct(*, poem: str, n: int, samples: int) -> float:
    """The wrong rule: distinct-n of each output alone, averaged. Equal outputs look as diverse as one."""
    return pooled_distinct(poem=poem, n=n, samples=1)


def distinct_of_joined(*, poem: str, n: int, samples: int) -> float:
    """The wrong rule: outputs joined into one text, so that n-grams form across the borders."""
    return pooled_distinct(poem=" ".join([poem] * samples), n=n, samples=1)


def distinct_over_tokens(*, poem: str, n: int, samples: int) -> float:
    """Another quantity: different n-grams over tokens, not over n-grams."""
    tokens = poem.split()
    return len(set(_ngrams(tokens, n))) / (len(tokens) * samples)


def _ngrams(tokens: list[str], n: int) -> list[tuple[str, ...]]:
    return list(zip(*(tokens[i:] for i in range(n)), strict=False))


def why_always_the_same(*, do_sample: bool, temperature: float, top_p: float) -> str:
    """The key of why `generate` gives one text for one prompt: "b" if it decodes greedily, "a" if it samples.

    Source: transformers `generation/configuration_utils.py`, `GenerationConfig.get_generation_mode`.
    """
    from transformers import GenerationConfig
    from transformers.generation.configuration_utils import GenerationMode

    config = GenerationConfig(do_sample=do_sample, temperature=temperature, top_p=top_p)
    return "b" if config.get_generation_mode() == GenerationMode.GREEDY_SEARCH else "a"


def steps_with_rehearsal(*, domain: int, ratio: int, batch: int) -> int:
    """Optimizer steps of one epoch when `ratio` general samples are mixed in for each of `domain` samples.

    ceil(domain · (1 + ratio) / batch)
    """
    return -(-domain * (1 + ratio) // batch)


def steps_of_general_data(*, domain: int, ratio: int, batch: int) -> int:
    """The wrong rule: the general samples alone, the domain's forgotten."""
    return -(-domain * ratio // batch)


def steps_with_ratio_reversed(*, domain: int, ratio: int, batch: int) -> int:
    """The wrong rule: 1:ratio read as ratio domain samples for one general sample."""
    return -(-(domain + domain // ratio) // batch)


def what_linear_merging_gives(*, combination_type: str) -> str:
    """The key of what `add_weighted_adapter` makes of two LoRA adapters a and b with weights 0.5 and 0.5.

    "c": its update is 0.5·ΔW_a + 0.5·ΔW_b. "a": it is the product of the summed factors, cross terms included,

        (w·s_a·B_a·A_a and w·s_b·B_b·A_b each split by their square root)  (√·B_a + √·B_b)·(√·A_a + √·A_b)

    Raises ValueError for a result that is neither.
    Source: peft `tuners/lora/model.py`, `_generalized_task_arithmetic_weighted_adapter` and `combination_type`.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    config = LoraConfig(r=4, target_modules=["0"], init_lora_weights=False)
    model = get_peft_model(torch.nn.Sequential(torch.nn.Linear(16, 16, bias=False)), config, adapter_name="poems")
    model.add_adapter("jokes", config)
    model.base_model.add_weighted_adapter(["poems", "jokes"], [0.5, 0.5], "merged", combination_type=combination_type)
    layer = model.base_model.model[0]
    merged = layer.get_delta_weight("merged")
    root = (0.5 * layer.scaling["poems"]) ** 0.5
    a, b = (sum(root * weights[name].weight for name in ("poems", "jokes")) for weights in (layer.lora_A, layer.lora_B))
    if torch.allclose(merged, 0.5 * layer.get_delta_weight("poems") + 0.5 * layer.get_delta_weight("jokes"), atol=1e-6):
        return "c"
    if torch.allclose(merged, b @ a, atol=1e-6):
        return "a"
    raise ValueError(f"{combination_type} gives neither")
