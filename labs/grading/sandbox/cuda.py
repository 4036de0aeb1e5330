"""Whether answers can use a GPU behind the sandbox here, found out by using it there.

CUDA's driver needs some of what the sandbox refuses: it names its threads through /proc/self/task, makes a memfd and
listens on an abstract Unix socket that other processes could ask it for memory by. An answer on a GPU is allowed
these and no more; nobody can connect to that socket, since `accept` stays refused. In a process namespace its threads
have other numbers than /proc shows, which not every driver bears: then answers on the GPU do without.

Sources: https://github.com/NVIDIA/OpenShell/pull/710 (thread names),
https://github.com/NVIDIA/OpenShell/issues/1696 (memfd).
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path

from labs.grading.sandbox import layers, plan
from labs.grading.sandbox.plan import Plan

SECONDS = 60
"""For one trial; where CUDA hangs there is no GPU for us."""
_DRIVER = Path("/dev/nvidiactl")


def strongest_plan(possible: Plan) -> Plan | None:
    """The layers of `possible` behind which CUDA works here; None where it works behind none, or there is no GPU.

    CUDA starts in children only: a process that has started it could not fork answers any more.
    """
    if not _DRIVER.exists():
        return None
    tried = dict.fromkeys([possible, replace(possible, namespaces=False)])
    return next((candidate for candidate in tried if plan.succeeds(partial(_cuda_works, candidate))), None)


def _cuda_works(tried: Plan) -> bool:
    signal.alarm(SECONDS)
    if not tried.namespaces:
        return _use_cuda(tried)
    layers.enter_namespaces()
    return plan.succeeds(partial(_use_cuda, tried))


def _use_cuda(tried: Plan) -> bool:
    import torch

    ruleset = plan.ruleset_for(["torch"], cuda=True) if tried.landlock else None
    plan.apply(tried, ruleset=ruleset, cpu_seconds=SECONDS, memory_mib=None, processes=64, file_mib=16, cuda=True)
    if ruleset is not None:
        os.close(ruleset)
    return float(torch.ones(2, device="cuda").sum()) == 2.0
