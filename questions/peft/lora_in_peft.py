"""What peft does in lora_in_peft.yaml, run on small models."""

from __future__ import annotations

from typing import Any


def not_restored(*, a: str, b: str, c: str, d: str) -> str:
    """Which of four configs does not give the base model's output back when its adapter is disabled, after training.

    Each of `a` to `d` is one setting, `name=value`. Returns the key of the one setting, or the keys joined by "+".
    Source: peft `tuners/lora/model.py`, `disable_adapter_layers`, which warns of trained biases.
    """
    settings = {"a": a, "b": b, "c": c, "d": d}
    return "+".join(key for key, setting in settings.items() if _is_changed(setting))


def _is_changed(setting: str) -> bool:
    import warnings

    import torch
    from peft import LoraConfig, get_peft_model
    from torch import nn

    name, value = setting.split("=")
    options: dict[str, Any] = {name: {"True": True}.get(value, value)}
    if name == "modules_to_save":
        options[name] = [value]
    torch.manual_seed(0)
    base = nn.Sequential(nn.Linear(6, 6), nn.Linear(6, 6))
    x = torch.randn(4, 6)
    before = base(x).detach()
    model = get_peft_model(base, LoraConfig(r=2, target_modules=["0"], **options))
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that biases stay as trained
        with model.disable_adapter():
            return not torch.allclose(model(x), before, atol=1e-6)


def reading_of_no_parameters(*, is_trainable: bool) -> str:
    """The key of the right reading of a loaded adapter without trained parameters.

    "c" if the same file has trained parameters when it is loaded with the other value of `is_trainable`: then neither
    the file nor the base is at fault. Otherwise "a", that the file has no weights.
    Source: peft `peft_model.py`, `PeftModel.from_pretrained`.
    """
    import tempfile

    from peft import LoraConfig, PeftModel, get_peft_model
    from torch import nn

    def base() -> Any:
        return nn.Sequential(nn.Linear(4, 4))

    with tempfile.TemporaryDirectory() as folder:
        get_peft_model(base(), LoraConfig(r=2, target_modules=["0"])).save_pretrained(folder)
        asked, other = (
            PeftModel.from_pretrained(base(), folder, is_trainable=value).get_nb_trainable_parameters()[0]
            for value in (is_trainable, not is_trainable)
        )
    return "c" if asked == 0 and other > 0 else "a"
