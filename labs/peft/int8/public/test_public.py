"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges


@judges("one-row")
def test_one_row(candidate):
    # The scale is 5.4 / 127 = 0.04252; 1.2 / 0.04252 = 28.2, -4.3 / 0.04252 = -101.1.
    actual = candidate.quantize(torch.tensor([[1.2, -0.5, -4.3, 1.2, -3.1, 0.8, 2.4, 5.4]]))
    expected = torch.tensor([[28, -12, -101, 28, -73, 19, 56, 127]], dtype=torch.int8)
    assert_close(actual["codes"], expected)
    assert_close(actual["scale"], torch.tensor([5.4 / 127]))


@judges("audit")
def test_a_model_that_was_never_quantised(candidate):
    tensors = [
        {"name": "fc", "dtype": "float32", "elements": 100, "trains": False},
        {"name": "lora", "dtype": "float32", "elements": 10, "trains": True},
    ]
    assert candidate.audit(tensors) == {"bytes": 440, "trained": 10, "problems": ["not-quantized"]}
