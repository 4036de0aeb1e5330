from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True)
class Plan:
    parameters: int
    gpus: int
    stage: int
    trainable: int = None
    gradient_bytes: int = 2
    largest_layer: int = 0
    offload_optimizer: bool = False
    offload_parameters: bool = False

    def __post_init__(self):
        if self.trainable is None:
            object.__setattr__(self, "trainable", self.parameters)
        wrong = [
            self.stage not in {0, 1, 2, 3},
            self.gpus < 1,
            self.trainable < 0,
            self.trainable > self.parameters,
            self.offload_optimizer and self.stage not in {2, 3},
            self.offload_parameters and self.stage != 3,
        ]
        if any(wrong):
            raise ValueError(self)

    def shard(self, n):
        return ceil(Fraction(n, self.gpus))

    def weights(self):
        return 2 * (self.shard(self.parameters) if self.stage == 3 else self.parameters)

    def gradients(self):
        return self.gradient_bytes * (self.shard(self.trainable) if self.stage > 1 else self.trainable)

    def states(self):
        return 12 * (self.shard(self.trainable) if self.stage else self.trainable)

    def report(self):
        on_gpu, on_cpu = {}, 0
        for name, value, away in [
            ("weights", self.weights(), self.offload_parameters),
            ("gradients", self.gradients(), self.offload_optimizer),
            ("optimizer", self.states(), self.offload_optimizer),
            ("gathered", 4 * self.largest_layer * (self.stage == 3), False),
        ]:
            on_gpu[name] = 0 if away else value
            on_cpu += value if away else 0
        return on_gpu | {"gpu": sum(on_gpu.values()), "cpu": on_cpu}


def memory(*given, **options):
    return Plan(*given, **options).report()


def smallest_stage(parameters, gpus, gib, **options):
    fitting = [s for s in range(4) if memory(parameters, gpus, s, **options)["gpu"] <= gib * 1024**3]
    return min(fitting, default=None)


def gpus_needed(parameters, stage, gib, **options):
    gpus = 1
    while memory(parameters, gpus, stage, **options)["gpu"] > gib * 1024**3:
        gpus += 1
        if gpus > 1024:
            return None
    return gpus
