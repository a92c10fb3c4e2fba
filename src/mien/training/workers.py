"""One training over several processes, started by ``torchrun``; alone, a worker is the whole crew."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class Worker:
    """This process.

    Attributes
    ----------
    rank, count : int
        Its number, from 0, and how many there are.
    device : torch.device
        Where it computes.
    """

    rank: int
    count: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether it is the one that measures, reports and saves."""
        return self.rank == 0

    def share(self, rows: Tensor) -> Tensor:
        """Its part of a batch: all parts are of one size, so up to ``count - 1`` rows are left out."""
        return rows[: len(rows) // self.count * self.count][self.rank :: self.count]

    def join(self, network: nn.Module) -> nn.Module:
        """The network with its gradients averaged over all workers."""
        if self.count == 1:
            return network
        return DistributedDataParallel(network, [self.device.index] if self.device.type == "cuda" else None)

    def wait(self) -> None:
        """Until all workers are here."""
        if self.count > 1:
            dist.barrier()


def join_workers() -> Worker:
    """Find the others, if ``torchrun`` started this process; on the GPU of its number, if there are GPUs."""
    count, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    if count > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if cuda else "gloo")
    return Worker(rank, count, device)
