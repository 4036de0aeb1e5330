"""The log of task_types.yaml against what peft and transformers print."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from questions.peft import task_types
from quiz.bank.schema import LogDiagnosis, Question


@pytest.mark.parametrize(("batch", "tokens"), [(2, 5), (8, 16)])
def test_one_prediction_a_token_against_one_label_a_sequence(batch: int, tokens: int) -> None:
    arguments = {"batch": batch, "tokens": tokens}
    assert task_types.reading(auto_class="AutoModelForCausalLM", **arguments) == "b"
    assert task_types.reading(auto_class="AutoModelForSequenceClassification", **arguments) == "e"
    message = f"Expected input batch_size ({batch * tokens}) to match target batch_size ({batch})."
    with pytest.raises(ValueError, match="match target batch_size") as raised:
        torch.nn.functional.cross_entropy(torch.zeros(batch * tokens, 16), torch.zeros(batch, dtype=torch.long))
    assert str(raised.value) == message, "second source: the loss alone"


def test_the_log_is_what_the_libraries_print(
    question: Callable[[str, str], Question], capsys: pytest.CaptureFixture[str]
) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, LlamaConfig

    asked = question("peft/task_types", "classifier-without-a-head")
    assert isinstance(asked, LogDiagnosis)
    first, *_, last = asked.log.splitlines()
    assert last == f"ValueError: {task_types.first_error('AutoModelForCausalLM', batch=8, tokens=128)}"

    printed = []
    for auto in (AutoModelForCausalLM, AutoModelForSequenceClassification):
        with torch.device("meta"):
            base = auto.from_config(LlamaConfig(vocab_size=32000))
            get_peft_model(base, LoraConfig(task_type="SEQ_CLS", r=8)).print_trainable_parameters()
        printed.append(capsys.readouterr().out.strip())
    assert printed[0] == first
    assert printed[1].startswith(f"trainable params: {4_194_304 + 2 * 4096:,} "), "with a head, score is counted"


def test_a_class_padded_to_the_length_of_the_text_leaves_no_target() -> None:
    """The feedback on padding the labels: the shift drops position 0, and the mean over nothing is NaN."""
    from transformers.loss.loss_utils import ForCausalLMLoss

    labels = torch.full((2, 5), -100)
    labels[:, 0] = torch.tensor([0, 1])
    assert ForCausalLMLoss(torch.zeros(2, 5, 16), labels, vocab_size=16).isnan()
