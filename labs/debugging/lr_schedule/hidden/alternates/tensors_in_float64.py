# torch in float64, with where and clamp in place of branches.
import torch


def wide(value):
    return torch.tensor(value, dtype=torch.float64)


def cosine(step, peak, warmup, total, floor=0.0):
    s = wide(step)
    rising = peak * s / max(warmup, 1)
    progress = ((s - warmup) / (total - warmup)).clamp(0, 1)
    falling = torch.lerp(wide(floor), wide(peak), 0.5 + 0.5 * torch.cos(torch.pi * progress))
    return torch.where(s < warmup, rising, falling).item()


def deepspeed_warmup(step, low, high, warmup, kind="log"):
    n = wide(max(warmup, 2))
    match kind:
        case "log":
            gamma = torch.log1p(wide(step)) / n.log()
        case "linear":
            gamma = wide(step) / n
        case _:
            raise ValueError("kind")
    return torch.lerp(wide(low), wide(high), gamma.clamp(max=1)).item()


def rates(schedule, micro_batches, accumulation):
    done = torch.arange(micro_batches) // accumulation
    return [schedule(step) for step in done.unique().tolist()]
