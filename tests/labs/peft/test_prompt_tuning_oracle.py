"""The reference of the lab `prompt-tuning` against peft's prompt tuning of a small Llama."""

import importlib.util
from types import ModuleType

import pytest
import torch
from peft import PromptTuningConfig, get_peft_model
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from labs.grading.catalogue import find_lab

WORDS = ["<unk>", "is", "this", "a", "good", "review"]
TEXT = "is this good"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prompt_tuning_reference", find_lab("prompt-tuning").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _llama(dtype: torch.dtype = torch.float32) -> LlamaForCausalLM:
    torch.manual_seed(0)
    sizes = {"vocab_size": 17, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2}
    return LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=2)).to(dtype).eval()


def _tuned(length: int, dtype: torch.dtype = torch.float32, **more: str):
    config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=length, **more)
    return get_peft_model(_llama(dtype), config).eval()


class _Logits(nn.Module):
    """A model of transformers as the lab has it: it returns its logits."""

    def __init__(self, model: LlamaForCausalLM) -> None:
        super().__init__()
        self.model = model

    def get_input_embeddings(self) -> nn.Module:
        return self.model.get_input_embeddings()

    def forward(self, inputs_embeds: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.model(inputs_embeds=inputs_embeds, attention_mask=attention_mask).logits


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_starts_from_a_text_as_peft_does(reference, length, tmp_path):
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>").save_pretrained(tmp_path)
    tuned = _tuned(
        length, prompt_tuning_init="TEXT", prompt_tuning_init_text=TEXT, tokenizer_name_or_path=str(tmp_path)
    )
    words = _llama().get_input_embeddings()
    ours = reference.SoftPrompt(words, length, [WORDS.index(word) for word in TEXT.split()])
    assert torch.equal(ours.embedding.weight, tuned.prompt_encoder["default"].embedding.weight)


def test_starts_from_the_vocabulary_as_peft_does(reference):
    words = _llama().get_input_embeddings()
    torch.manual_seed(3)
    ours = reference.SoftPrompt(words, 9)
    torch.manual_seed(0)
    model = _llama()
    torch.manual_seed(3)
    tuned = get_peft_model(
        model, PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=9, prompt_tuning_init="SAMPLE_VOCAB")
    )
    its = tuned.prompt_encoder["default"].embedding.weight
    # Whatever peft has drawn before this, each row is a row of the table, in both.
    for rows in (ours.embedding.weight, its):
        assert (rows[:, None] == words.weight[None]).all(dim=-1).any(dim=1).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_is_in_float32_as_in_peft(reference, dtype):
    tuned = _tuned(4, dtype, prompt_tuning_init="SAMPLE_VOCAB")
    ours = reference.SoftPrompt(_llama(dtype).get_input_embeddings(), 4)
    assert ours.embedding.weight.dtype == tuned.prompt_encoder["default"].embedding.weight.dtype == torch.float32


@pytest.mark.parametrize(
    "mask", [[[1, 1, 1, 1], [1, 1, 1, 1]], [[0, 0, 1, 1], [1, 1, 1, 1]], [[1, 1, 1, 0], [0, 1, 1, 1]]], ids=str
)
def test_logits_loss_and_gradient_agree_with_peft(reference, mask):
    tuned, model, mask = _tuned(5), _Logits(_llama()), torch.tensor(mask)
    ids = torch.tensor([[3, 1, 4, 1], [5, 9, 2, 6]])
    labels = ids.masked_fill(mask == 0, -100)
    ours = reference.SoftPrompt(model.get_input_embeddings(), 5)
    its = tuned.prompt_encoder["default"].embedding
    with torch.no_grad():
        ours.embedding.weight.copy_(its.weight)
    trained = reference.trained_parameters(model, ours)
    assert sum(p.numel() for p in trained) == tuned.get_nb_trainable_parameters()[0] == 5 * 8
    logits, loss = reference.forward(model, ours, ids, mask, labels)
    result = tuned(input_ids=ids, attention_mask=mask, labels=labels)
    torch.testing.assert_close(logits, result.logits)
    torch.testing.assert_close(loss, result.loss)
    loss.backward()
    result.loss.backward()
    torch.testing.assert_close(ours.embedding.weight.grad, its.weight.grad)


def test_count_of_7b(reference):
    # 20 virtual tokens of width 4096.
    prompt = reference.SoftPrompt(nn.Embedding(3, 4096), 20)
    assert sum(p.numel() for p in prompt.parameters()) == 81_920
