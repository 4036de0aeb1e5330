"""Labels, truncation and modes, held against the libraries with a tokenizer of words."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import DataCollatorForLanguageModeling, PreTrainedTokenizerFast
from transformers.loss.loss_utils import ForCausalLMLoss

from questions.debugging import adapters
from quiz.bank.schema import Cloze, Question, SpotTheLine

Find = Callable[[str, str], Question]
TEMPLATE = (
    "{% for m in messages %}{{ '<' + m['role'] + '> ' + m['content'] + ' </s> ' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant> ' }}{% endif %}"
)
MESSAGES = [{"role": "user", "content": "w1 w2"}, {"role": "assistant", "content": "w3 w4 w5"}]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    words = ["<unk>", "</s>", "<user>", "<assistant>", *(f"w{i}" for i in range(500))]
    model = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    model.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=model, unk_token="<unk>", eos_token="</s>", chat_template=TEMPLATE)


def test_sft_label_mask(question: Find, tokenizer: Any) -> None:
    """As printed, or with one repair alone, the loss is not the defined one; with both repairs it is."""
    asked = question("debugging/labels", "sft-label-mask")
    assert isinstance(asked, SpotTheLine)
    mask, shift = (asked.code.splitlines()[line - 1] for line in asked.wrong_lines)
    masked = asked.code.replace("[tokenizer.unk_token_id]", "[-100]")
    assert "[tokenizer.unk_token_id]" in mask
    unshifted = asked.code.replace(f"{shift}\n", "")
    both = masked.replace(f"{shift}\n", "")
    for code, right in ((asked.code, False), (masked, False), (unshifted, False), (both, True)):
        sample = _run(code, tokenizer, max_length=64)
        ids = torch.tensor(sample["input_ids"])
        assert tokenizer.convert_ids_to_tokens(ids)[-4:] == ["w3", "w4", "w5", "</s>"]
        torch.manual_seed(0)
        logits = torch.randn(1, len(ids), len(tokenizer))
        loss = ForCausalLMLoss(logits, torch.tensor([sample["labels"]]), vocab_size=len(tokenizer))
        # Definition: the mean over the answer and its end, each scored by the position before it.
        by_hand = F.cross_entropy(logits[0, -5:-1], ids[-4:])
        assert torch.isclose(loss, by_hand).item() is right


def test_truncation_sides(question: Find, tokenizer: Any) -> None:
    asked = question("debugging/labels", "truncation-and-padding-sides")
    assert isinstance(asked, Cloze)
    words = ["w0"] * 300 + ["w1"] * 120 + ["</s>"]
    kept = {}
    for side in ("right", "left"):
        tokenizer.truncation_side = side
        ids = tokenizer(" ".join(words), truncation=True, max_length=384).input_ids
        targets = [t for t in tokenizer.convert_ids_to_tokens(ids) if t != "w0"]
        kept[side] = (len(targets), "</s>" in targets, len(ids) - len(targets))
    assert kept == {"right": (84, False, 300), "left": (121, True, 300 - 37)}
    assert asked.gaps["1"].accept == [str(kept["right"][0])]
    assert asked.gaps["3"].accept == [str(kept["left"][0])]


def test_padding_with_eos_takes_the_end_out_of_the_labels(tokenizer: Any) -> None:
    tokenizer.pad_token = tokenizer.eos_token
    collate = DataCollatorForLanguageModeling(tokenizer, mlm=False)
    batch = collate([{"input_ids": [7, 8, 1]}, {"input_ids": [7, 8, 9, 6, 1]}])
    assert batch["labels"].tolist() == [[7, 8, -100, -100, -100], [7, 8, 9, 6, -100]]
    # The end is still input: padding alone is masked. (Options c and f of the question.)
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]


def test_all_labels_ignored() -> None:
    logits, nothing = torch.zeros(3, 4), torch.full((3,), -100)
    assert F.cross_entropy(logits, nothing).isnan()
    assert F.cross_entropy(logits, nothing, reduction="sum") == 0
    assert ForCausalLMLoss(logits[None], nothing[None], 4, num_items_in_batch=torch.tensor(5)) == 0


@pytest.mark.parametrize(
    ("base_in_eval", "eval_after", "key"),
    [(True, False, "b"), (False, False, "a"), (True, True, "c"), (False, True, "c")],
)
def test_modes_after_wrapping(base_in_eval: bool, eval_after: bool, key: str) -> None:
    assert adapters.mode_after_wrapping(base_in_eval=base_in_eval, eval_after_wrapping=eval_after) == key


def test_two_passes_differ_until_eval(tmp_path: Any) -> None:
    """Second oracle for the same: outputs instead of flags."""
    from peft import LoraConfig, PeftModel, get_peft_model

    def wrapped() -> Any:
        torch.manual_seed(0)
        base = torch.nn.Sequential(torch.nn.Linear(64, 64)).eval()
        return get_peft_model(base, LoraConfig(r=4, lora_dropout=0.1, target_modules=["0"], init_lora_weights=False))

    x = torch.randn(2, 64)
    model = wrapped()
    assert not torch.equal(model(x), model(x))
    model.eval()
    assert torch.equal(model(x), model(x))

    model.save_pretrained(tmp_path)
    base = torch.nn.Sequential(torch.nn.Linear(64, 64)).eval()
    assert not PeftModel.from_pretrained(base, str(tmp_path)).training
    fresh = torch.nn.Sequential(torch.nn.Linear(64, 64)).eval()
    assert PeftModel.from_pretrained(fresh, str(tmp_path), is_trainable=True).training


def test_order_of_what_takes_the_memory() -> None:
    parameters, tokens, vocabulary, layers, hidden = 7e9, 8192, 151_936, 32, 4096
    sizes = {
        "a": parameters * 3 * torch.float32.itemsize,
        "b": parameters * torch.bfloat16.itemsize,
        "c": tokens * vocabulary * torch.float32.itemsize,
        "d": layers * tokens * hidden * torch.bfloat16.itemsize,
        "e": tokens * torch.int64.itemsize,
    }
    assert sorted(sizes, key=sizes.__getitem__, reverse=True) == list("abcde")
    in_gb = [round(sizes[key] / 1e9, 1) for key in "abcd"]
    assert in_gb == [84, 14, 5.0, 2.1]
    assert sizes["e"] == 64 * 1024


def _run(code: str, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    space = SimpleNamespace()
    exec(code, vars(space))
    return space.encode(MESSAGES, tokenizer, max_length)  # type: ignore[no-any-return]
