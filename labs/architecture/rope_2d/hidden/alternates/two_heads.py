# Each head seen as two heads of half the size; ordinary RoPE over (2 * heads) heads. Positions as Python lists.
import torch


def glm_position_ids(input_ids, bos_token_id, mask_positions, use_gmasks):
    rows = []
    for tokens, mask, gmask in zip(input_ids.tolist(), mask_positions, use_gmasks):
        first, second, in_answer = [], [], 0
        for n, token in enumerate(tokens):
            if in_answer or token == bos_token_id:
                in_answer += 1
            first.append(mask if in_answer and not gmask else n)
            second.append(in_answer)
        rows.append([first, second])
    return torch.tensor(rows, device=input_ids.device)


def apply_rotary_2d(q, k, position_ids, base=10000.0):
    return tuple(_rope(x, position_ids, base) for x in (q, k))


def _rope(x, position_ids, base):
    batch, heads, seq, d = x.shape
    small = x.float().reshape(batch, heads, seq, 2, d // 2).transpose(2, 3).reshape(batch, heads * 2, seq, d // 2)
    inv_freq = base ** -(torch.arange(0, d // 2, 2, device=x.device).float() / (d // 2))
    angles = (position_ids.float().unsqueeze(-1) * inv_freq).repeat(1, heads, 1, 2)
    first, second = small.chunk(2, dim=-1)
    turned = small * angles.cos() + torch.cat((-second, first), dim=-1) * angles.sin()
    return turned.reshape(batch, heads, 2, seq, d // 2).transpose(2, 3).reshape(x.shape).to(x.dtype)
