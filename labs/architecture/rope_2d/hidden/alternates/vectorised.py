# Positions without a loop, by cumulative sums; the rotation as complex numbers in float64.
import torch


def glm_position_ids(input_ids, bos_token_id, mask_positions, use_gmasks):
    answer = (input_ids == bos_token_id).cumsum(dim=1).bool()  # from the first bos on
    index = torch.arange(input_ids.shape[1], device=input_ids.device).expand_as(input_ids)
    mask = torch.tensor(mask_positions, device=input_ids.device).unsqueeze(1)
    frozen = answer & ~torch.tensor(use_gmasks, device=input_ids.device).unsqueeze(1)
    return torch.stack((torch.where(frozen, mask, index), answer.long().cumsum(dim=1)), dim=1)


def apply_rotary_2d(q, k, position_ids, base=10000.0):
    h = q.shape[-1] // 2
    freq = torch.tensor([base ** (-2 * i / h) for i in range(h // 2)], dtype=torch.float64, device=q.device)
    angles = torch.einsum("brs,f->bsrf", position_ids.double(), freq)[:, None]
    turn = torch.polar(torch.ones_like(angles), angles)

    def rotate(x):
        y = x.double().reshape(*x.shape[:-1], 2, 2, h // 2)
        z = torch.complex(y[..., 0, :], y[..., 1, :]) * turn
        return torch.stack((z.real, z.imag), dim=-2).reshape(x.shape).to(x.dtype)

    return rotate(q), rotate(k)
