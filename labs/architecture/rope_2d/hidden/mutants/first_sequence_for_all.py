# killed-by: shapes
# mistake: heads-not-shared
# All sequences get the first one's angles.
import torch


def glm_position_ids(input_ids, bos_token_id, mask_positions, use_gmasks):
    batch, seq = input_ids.shape
    rows = []
    for b in range(batch):
        context = input_ids[b].tolist().index(bos_token_id)
        first = torch.arange(seq, device=input_ids.device)
        if not use_gmasks[b]:
            first[context:] = mask_positions[b]
        second = torch.zeros_like(first)
        second[context:] = torch.arange(1, seq - context + 1, device=input_ids.device)
        rows.append(torch.stack((first, second)))
    return torch.stack(rows)


def apply_rotary_2d(q, k, position_ids, base=10000.0):
    half = q.shape[-1] // 2
    inv_freq = base ** -(torch.arange(0, half, 2, device=q.device).float() / half)
    angles = position_ids.float().unsqueeze(-1) * inv_freq
    angles = torch.cat((angles, angles), dim=-1).unsqueeze(2)
    angles = angles[:1]
    return rotate(q, angles), rotate(k, angles)


def rotate(x, angles):
    first, second = x.chunk(2, dim=-1)
    first = turn(first, angles[:, 0])
    second = turn(second, angles[:, 1])
    return torch.cat((first, second), dim=-1).to(x.dtype)


def turn(x, angles):
    a, b = x.chunk(2, dim=-1)
    return x * angles.cos() + torch.cat((-b, a), dim=-1) * angles.sin()
