# killed-by: own-work
# The library's optimizer does the work.
import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.lr = lr
        self.inner = torch.optim.AdamW(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def step(self):
        for group in self.inner.param_groups:
            group["lr"] = self.lr
        self.inner.step()

    def zero_grad(self):
        self.inner.zero_grad()
