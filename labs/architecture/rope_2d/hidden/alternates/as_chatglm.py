# As ChatGLM-6B writes it: one table of cos and sin, looked up by both rows; the sequence first.
import torch
import torch.nn.functional as F


def glm_position_ids(input_ids, bos_token_id, mask_positions, use_gmasks):
    batch_size, seq_length = input_ids.shape
    device = input_ids.device
    context_lengths = [seq.tolist().index(bos_token_id) for seq in input_ids]
    position_ids = torch.arange(seq_length, dtype=torch.long, device=device).unsqueeze(0).repeat(batch_size, 1)
    for i, context_length in enumerate(context_lengths):
        if not use_gmasks[i]:
            position_ids[i, context_length:] = mask_positions[i]
    block = [
        torch.cat((torch.zeros(c, dtype=torch.long), torch.arange(seq_length - c, dtype=torch.long) + 1))
        for c in context_lengths
    ]
    return torch.stack((position_ids, torch.stack(block, dim=0).to(device)), dim=1)


def rotate_half(x):
    x1, x2 = x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2 :]
    return torch.cat((-x2, x1), dim=x1.ndim - 1)


def _index(x, cos, sin, position_id):
    cos, sin = (F.embedding(position_id, t).unsqueeze(2).to(x.dtype) for t in (cos, sin))
    return x * cos + rotate_half(x) * sin


def apply_rotary_2d(q, k, position_ids, base=10000.0):
    dim = q.shape[-1] // 2
    inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2, device=q.device).float() / dim))
    freqs = torch.outer(torch.arange(int(position_ids.max()) + 1, device=q.device).float(), inv_freq)
    emb = torch.cat((freqs, freqs), dim=-1)
    cos, sin = emb.cos(), emb.sin()
    rows = position_ids.permute(1, 2, 0).contiguous()
    out = []
    for x in (q, k):
        halves = x.permute(2, 0, 1, 3).chunk(2, dim=-1)
        turned = [_index(half, cos, sin, row) for half, row in zip(halves, rows, strict=True)]
        out.append(torch.concat(turned, dim=-1).permute(1, 2, 0, 3))
    return tuple(out)
