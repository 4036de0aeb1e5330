"""The reference of the lab `sft-labels` against transformers' loss, its collator and its template mask."""

import importlib.util
from types import ModuleType

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import DataCollatorForSeq2Seq, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.loss.loss_utils import ForCausalLMLoss

from labs.grading.catalogue import find_lab

BOS, EOS, VOCABULARY = 1, 2, 32
TEMPLATE = (
    "<s>{% for m in messages %}{% if m.role == 'user' %} {{ m.content }} "
    "{% else %}{% generation %}{{ m.content }} </s>{% endgeneration %}{% endif %}{% endfor %}"
)


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sft_labels_reference", find_lab("sft-labels").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {"<unk>": 0, "<s>": BOS, "</s>": EOS} | {f"w{i}": i for i in range(3, VOCABULARY)}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.add_special_tokens(["<s>", "</s>"])
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made = PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>", eos_token="</s>", pad_token="</s>")
    made.chat_template = TEMPLATE
    return made


def _samples(reference, count=3):
    generator = torch.Generator().manual_seed(0)
    for i in range(count):
        prompt, answer = (torch.randint(3, VOCABULARY, (n,), generator=generator).tolist() for n in (5 - i, 2 + i * 2))
        yield prompt, answer, reference.build_example(prompt, answer, BOS, EOS, 64)


def test_labels_are_the_generated_part_of_a_chat_template(reference, tokenizer):
    for prompt, answer, sample in _samples(reference):
        words = [" ".join(f"w{i}" for i in ids) for ids in (prompt, answer)]
        messages = [{"role": role, "content": text} for role, text in zip(("user", "assistant"), words, strict=True)]
        encoded = tokenizer.apply_chat_template(
            messages, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
        )
        mask = encoded["assistant_masks"]
        assert sample["input_ids"] == list(encoded["input_ids"])
        expected = [i if m else -100 for i, m in zip(sample["input_ids"], mask, strict=True)]
        assert sample["labels"] == expected


def test_batch_is_that_of_transformers_collator(reference, tokenizer):
    samples = [sample for *_, sample in _samples(reference)]
    collator = DataCollatorForSeq2Seq(tokenizer, padding=True)
    theirs = collator([s | {"attention_mask": [1] * len(s["input_ids"])} for s in samples])
    ours = reference.collate(samples, EOS)
    for name, tensor in ours.items():
        assert tensor.tolist() == theirs[name].tolist()
        assert tensor.dtype == torch.int64


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_loss_is_that_of_transformers(reference, dtype):
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(3, 7, VOCABULARY, generator=generator).to(dtype)
    labels = torch.randint(0, VOCABULARY, (3, 7), generator=generator)
    labels[:, :3] = -100
    labels[0, :6] = -100
    ours, theirs = (x.clone().requires_grad_() for x in (logits, logits))
    loss = reference.sft_loss(ours, labels)
    expected = ForCausalLMLoss(theirs, labels, VOCABULARY)
    torch.testing.assert_close(loss, expected)
    loss.backward()
    expected.backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_loss_is_what_a_model_reports(reference):
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    batch = reference.collate([sample for *_, sample in _samples(reference)], EOS)
    with torch.no_grad():
        output = LlamaForCausalLM(config).eval()(**batch)
    torch.testing.assert_close(reference.sft_loss(output.logits, batch["labels"]), output.loss)
