# Written from the brief and the starter alone.
"""The two-dimensional positions of ChatGLM-6B, and the rotation of each half of a head by its own row of them."""

import torch


def glm_position_ids(
    input_ids: torch.Tensor, bos_token_id: int, mask_positions: list[int], use_gmasks: list[bool]
) -> torch.Tensor:
    """input_ids: int64, (batch, seq). Returns int64, (batch, 2, seq): place in the text, place in the answer."""
    seq = input_ids.shape[1]
    place = torch.arange(seq, device=input_ids.device)
    rows = []
    for ids, mask, gmask in zip(input_ids, mask_positions, use_gmasks):
        c = ids.tolist().index(bos_token_id)
        first = place.clone()
        if not gmask:
            first[c:] = mask
        second = (place - c + 1).clamp(min=0)
        rows.append(torch.stack([first, second]))
    return torch.stack(rows)


def _rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)


def apply_rotary_2d(
    q: torch.Tensor, k: torch.Tensor, position_ids: torch.Tensor, base: float = 10000.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """q, k: (batch, heads, seq, head_dim); position_ids: int64, (batch, 2, seq). Returns both in shape and dtype."""
    h = q.shape[-1] // 2
    freq = torch.pow(base, -torch.arange(0, h, 2, dtype=torch.float64, device=q.device) / h).float()
    angles = position_ids.to(q.device).float().unsqueeze(-1) * freq  # (batch, 2, seq, h / 2)
    cos, sin = angles.cos().unsqueeze(2), angles.sin().unsqueeze(2)

    def turn(x: torch.Tensor) -> torch.Tensor:
        halves = x.float().chunk(2, dim=-1)
        return torch.cat([_rotate(half, cos[:, r], sin[:, r]) for r, half in enumerate(halves)], dim=-1).to(x.dtype)

    return turn(q), turn(k)
