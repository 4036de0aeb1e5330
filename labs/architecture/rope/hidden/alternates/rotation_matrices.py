# A (d, d) rotation matrix a position, multiplied with x.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    inv_freq = torch.tensor([base ** (-2 * i / head_dim) for i in range(head_dim // 2)], device=positions.device)
    angles = torch.einsum("...s,f->...sf", positions.float(), inv_freq)
    return torch.cat([angles.cos()] * 2, dim=-1), torch.cat([angles.sin()] * 2, dim=-1)


def apply_rotary(x, cos, sin):
    half = x.size(-1) // 2
    eye = torch.eye(half, device=x.device)
    quarter = torch.zeros(2 * half, 2 * half, device=x.device)  # (x1, x2) -> (-x2, x1)
    quarter[:half, half:], quarter[half:, :half] = -eye, eye
    matrix = torch.diag_embed(cos) + sin.unsqueeze(-1) * quarter  # (..., seq, d, d)
    if matrix.dim() == 4:
        matrix = matrix.unsqueeze(1)
    return (matrix @ x.float().unsqueeze(-1)).squeeze(-1).to(x.dtype)
