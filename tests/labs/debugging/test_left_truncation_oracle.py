"""The reference of the lab `left-truncation` against tokenizers, transformers' flattening collator and a real model."""

import importlib.util
from types import ModuleType

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import DataCollatorWithFlattening, LlamaConfig, LlamaForCausalLM

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("left_truncation_reference", find_lab("left-truncation").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _ids(count: int, seed: int) -> list[int]:
    return torch.randint(10, 40, (count,), generator=torch.Generator().manual_seed(seed)).tolist()


@pytest.mark.parametrize("left", [1, 3, 6])
def test_a_question_is_cut_as_tokenizers_cuts_on_the_left(reference, left):
    tokenizer = Tokenizer(models.WordLevel({f"w{i}": i for i in range(40)}, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.enable_truncation(left, direction="left")
    question, answer = _ids(6, 0), _ids(4, 1)
    cut = tokenizer.encode(" ".join(f"w{i}" for i in question)).ids
    ours = reference.truncate([7], [{"question": question, "answer": answer}], 1 + 1 + 3 + left + 4)
    assert ours["input_ids"] == [1, 7, 3, *cut, 4, *answer, 2]


def test_every_budget_keeps_the_longest_run_of_turns_that_fits(reference):
    # By brute force: of all runs of turns that end with the newest, the longest that fits, whole.
    turns = [{"question": _ids(q, q), "answer": _ids(a, a)} for q, a in ((4, 3), (1, 2), (7, 2), (3, 5))]

    def rendered(run):
        return [1, 8, 9] + [t for turn in run for t in (3, *turn["question"], 4, *turn["answer"], 2)]

    for max_length in range(14, 50):
        fitting = [rendered(turns[k:]) for k in range(4) if len(rendered(turns[k:])) <= max_length]
        assert reference.truncate([8, 9], turns, max_length)["input_ids"] == max(fitting, key=len)


def _samples() -> list[dict[str, list[int]]]:
    samples = [{"input_ids": _ids(n, n), "labels": _ids(n, n)} for n in (5, 3, 4)]
    samples[0]["input_ids"][2] = 2
    return samples


def test_a_full_row_is_that_of_transformers_collator(reference):
    ours = reference.pack(_samples(), 12, 0)
    theirs = DataCollatorWithFlattening()(_samples())
    for name in ("input_ids", "labels", "position_ids"):
        assert ours[name].tolist() == theirs[name].tolist()


def test_a_model_gives_each_packed_sample_what_it_gives_it_alone(reference):
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=40,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        attn_implementation="eager",
    )
    model = LlamaForCausalLM(config).double().eval()
    packed = reference.pack(_samples(), 14, 2)
    hidden = (~packed["attention_mask"])[:, None].double() * torch.finfo(torch.float64).min  # (rows, 1, length, length)
    with torch.no_grad():
        logits = model(packed["input_ids"], attention_mask=hidden, position_ids=packed["position_ids"]).logits
        alone = [model(torch.tensor([sample["input_ids"]])).logits[0] for sample in _samples()]
    assert logits.isfinite().all()
    torch.testing.assert_close(logits[0, :12], torch.cat(alone))
