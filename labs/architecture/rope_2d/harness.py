"""How an answer to this lab is called.

The judge runs these functions over your functions and over its own. input_ids are (batch, seq), positions are
(batch, 2, seq), q and k are (batch, heads, seq, head_dim). The positions that a rotation gets are the judge's, not
yours: one mistake costs once.
"""


def position_ids(answer, input_ids, bos_token_id, mask_positions, use_gmasks):
    """Both rows of positions; `mask_positions` and `use_gmasks` are lists."""
    return answer.glm_position_ids(input_ids, bos_token_id, mask_positions, use_gmasks)


def rotate(answer, q, k, positions, base=None):
    """q and k, rotated; without `base` your function keeps its default."""
    rest = {} if base is None else {"base": base}
    q, k = answer.apply_rotary_2d(q, k, positions, **rest)
    return {"q": q, "k": k}


def gradients(answer, q, k, positions, grad_q, grad_k):
    """The gradients of sum(grad_q * rotated q) + sum(grad_k * rotated k) for q and k."""
    q, k = q.clone().requires_grad_(), k.clone().requires_grad_()
    rotated = rotate(answer, q, k, positions)
    ((rotated["q"] * grad_q).sum() + (rotated["k"] * grad_k).sum()).backward()
    return {"q": q.grad, "k": k.grad}


def inputs_afterwards(answer, input_ids, bos_token_id, q, k, positions):
    """What all tensors hold after both functions were called, with the mask at 0."""
    position_ids(answer, input_ids, bos_token_id, [0] * len(input_ids), [False] * len(input_ids))
    rotate(answer, q, k, positions)
    return {"input_ids": input_ids, "q": q, "k": k, "positions": positions}
