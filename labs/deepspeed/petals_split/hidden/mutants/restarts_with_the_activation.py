# killed-by: failover-forward
# mistake: resumed-wrong
# After a failure begins at block 0 again, with the activation at hand.
import torch
import torch.nn.functional as F


def assign_blocks(capacities, n_blocks):
    if sum(capacities) < n_blocks:
        raise ValueError("not enough capacity")
    out = []
    at = 0
    for c in capacities:
        take = min(c, n_blocks - at)
        out.append((at, at + take))
        at += take
    return out


class Server:
    def __init__(self, blocks, start):
        self.blocks = blocks
        for p in blocks.parameters():
            p.requires_grad = False
        self.start = start
        self.end = start + len(blocks)

    def _blocks(self, start, end):
        return list(self.blocks)[start - self.start : end - self.start]

    def forward(self, x, start, end):
        with torch.no_grad():
            for block in self._blocks(start, end):
                x = block(x)
        return x

    def backward(self, x, grad, start, end):
        with torch.enable_grad():
            x = x.detach().clone().requires_grad_(True)
            y = x
            for block in self._blocks(start, end):
                y = block(y)
            y.backward(grad)
        return x.grad


class Chain(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, client):
        y, spans = client.run(x.detach(), 0, client.n_blocks)
        ctx.client, ctx.spans = client, spans
        return y

    @staticmethod
    def backward(ctx, grad):
        client, spans = ctx.client, list(ctx.spans)
        while spans:
            server, x, start, end = spans.pop()
            try:
                if server in client.down:
                    raise ConnectionError()
                grad = server.backward(x, grad, start, end)
            except ConnectionError:
                client.down.append(server)
                spans.extend(client.run(x, start, end)[1])
        return grad, None


class RemoteSequential:
    def __init__(self, servers, n_blocks):
        self.servers = servers
        self.n_blocks = n_blocks
        self.down = []

    def find(self, block):
        for s in self.servers:
            if s not in self.down and s.start <= block < s.end:
                return s
        raise ConnectionError("nobody holds this block")

    def run(self, x, block, end):
        spans = []
        first = block
        while block < end:
            s = self.find(block)
            stop = min(s.end, end)
            try:
                y = s.forward(x, block, stop)
            except ConnectionError:
                self.down.append(s)
                block = first
                continue
            spans.append((s, x, block, stop))
            x, block = y, stop
        return x, spans

    def __call__(self, x):
        return Chain.apply(x, self)


def lm_loss(logits, ids):
    return F.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1))
