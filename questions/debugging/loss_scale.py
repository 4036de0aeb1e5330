"""What DeepSpeed's dynamic loss scaler does when gradients overflow step after step."""

from __future__ import annotations


def reading(*, overflows: int, initial_scale_power: int) -> str:
    """The key of the right reading of a run that begins with `overflows` overflowing steps in a row.

    A search for the scale ends above the minimum after a few halvings: option "a". A scaler that stops at
    the minimum has shown that no scale helps, so the non-finite values come from elsewhere: option "c".
    """
    _lines, stopped = replay(overflows=overflows, initial_scale_power=initial_scale_power)
    return "c" if stopped else "a"


def replay(*, overflows: int, initial_scale_power: int) -> tuple[list[str], bool]:
    """What the scaler logs, and whether it ended the run at the minimum scale.

    The scale starts at 2^initial_scale_power. An overflow first uses up the hysteresis (2 by default: the
    first overflow changes nothing but the counter), then halves the scale; one more overflow at
    `min_loss_scale` (1 by default) raises.
    The lines are INFO messages; DeepSpeed 0.19.8 shows them only where its logger is set to that level.
    Source: DeepSpeed `runtime/fp16/loss_scaler.py`, `DynamicLossScaler.update_scale`; the defaults come
    from the installed `runtime/precision_config.py`.
    """
    import logging
    from unittest.mock import patch

    import torch
    from deepspeed.runtime.fp16 import loss_scaler
    from deepspeed.runtime.precision_config import DeepSpeedFP16Config

    lines: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]

    config = DeepSpeedFP16Config(enabled=True, initial_scale_power=initial_scale_power)
    scaler = loss_scaler.CreateLossScaler(torch.half, 0, True, config.dynamic_loss_scale_args())
    level = loss_scaler.logger.level
    loss_scaler.logger.addHandler(listener)
    loss_scaler.logger.setLevel(logging.INFO)
    try:
        # One process has no process group; the scaler asks only whether it is rank 0 and should log.
        with patch.object(loss_scaler.dist, "get_rank", return_value=0):
            for _ in range(overflows):
                scaler.update_scale(overflow=True)
    except Exception as error:  # the scaler raises the bare class
        return [*lines, f"Exception: {error}"], True
    finally:
        loss_scaler.logger.setLevel(level)
        loss_scaler.logger.removeHandler(listener)
    return lines, False
