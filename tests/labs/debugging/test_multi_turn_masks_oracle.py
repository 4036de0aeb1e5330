"""The reference of the lab `multi-turn-masks` against the assistant mask of a chat template of transformers."""

import importlib.util
import itertools
from types import ModuleType

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from labs.grading.catalogue import find_lab

# The template writes a role token where the message before ends, so that the generation block can hold it. A block
# whose last character is no token would run to the end of the text: the space after it stands outside.
TEMPLATE = (
    "[gMASK] sop <|{{ messages[0].role }}|> "
    "{% for m in messages %}"
    "{% set end = '</s>' if loop.last else '<|' ~ loop.nextitem.role ~ '|>' %}"
    "{% if m.learned %}{% generation %}{{ m.text }} {{ end }}{% endgeneration %}"
    "{% else %}{{ m.text }} {{ end }}{% endif %} "
    "{% endfor %}"
)
ROLES = {"system": 64794, "user": 64795, "assistant": 64796, "observation": 64797}


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("multi_turn_masks_reference", find_lab("multi-turn-masks").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {"<unk>": 0, "</s>": 2, "newline": 13, "[gMASK]": 64790, "sop": 64792}
    vocabulary |= {f"<|{role}|>": token for role, token in ROLES.items()} | {f"w{i}": i for i in range(100, 140)}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made = PreTrainedTokenizerFast(tokenizer_object=backend)
    made.chat_template = TEMPLATE
    return made


def _oracle(tokenizer, messages, learned):
    rendered = []
    for i, message in enumerate(messages):
        words = [f"w{t}" for t in message.get("metadata", [])] + ["newline"] + [f"w{t}" for t in message["content"]]
        rendered.append({"role": message["role"], "text": " ".join(words), "learned": i in learned})
    encoded = tokenizer.apply_chat_template(
        rendered, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    ids, mask = list(encoded["input_ids"]), encoded["assistant_masks"]
    return {"input_ids": ids, "labels": [i if m else -100 for i, m in zip(ids, mask, strict=True)]}


def _talk(roles):
    counter = itertools.count(100)
    messages = []
    for i, role in enumerate(roles.split()):
        messages.append({"role": role, "content": [next(counter) for _ in range(1 + i % 3)]})
        if role == "assistant" and i % 2:
            messages[-1] |= {"metadata": [139], "loss": False}
    return messages


@pytest.mark.parametrize(
    "roles",
    [
        "user assistant",
        "system user assistant user assistant",
        "user assistant observation assistant user assistant user",
        "user assistant assistant assistant observation",
    ],
)
@pytest.mark.parametrize("policy", ["all", "last", "flags"])
def test_labels_are_the_generation_blocks_of_a_template(reference, tokenizer, roles, policy):
    messages = _talk(roles)
    assistant = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
    learned = {
        "all": assistant,
        "last": assistant[-1:],
        "flags": [i for i in assistant if messages[i].get("loss") is not False],
    }[policy]
    if learned:
        assert reference.build(messages, policy) == _oracle(tokenizer, messages, learned)
    else:
        with pytest.raises(ValueError, match="nothing"):
            reference.build(messages, policy)


def test_role_tokens_as_chatglm3s_script_labels_them(reference):
    # finetune_demo/finetune_hf.py of ChatGLM3 puts one False before its mask: the assistant's role token after a user
    # is no target, the user's role token after the assistant is one, and eos after the last answer.
    sample = reference.build(_talk("user assistant user assistant"))
    at = {t: label for t, (i, label) in enumerate(zip(*sample.values(), strict=True)) if i in ROLES.values()}
    assert list(at.values()) == [-100, -100, ROLES["user"], -100]
    assert sample["labels"][-1] == 2
