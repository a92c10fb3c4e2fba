"""The networks of a committee that differ in the size of their kernels (Kim et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.inputs import MinMax
from mien.networks.parts import Feedforward, conv, dense, linear_heads

# Kernel and padding of each convolution, side and padding of the pooling after it. The pooling pads above and to the
# left only; on maps of these sizes padding all around does the same, as no window reaches the other edges.
KERNELS = {
    "small": ((3, 1, 2, 0), (3, 0, 2, 1), (3, 1, 2, 0)),
    "medium": ((5, 2, 3, 1), (4, 1, 3, 1), (5, 2, 3, 1)),
    "large": ((7, 3, 2, 0), (7, 2, 2, 1), (7, 3, 2, 0)),
}
DROPOUT = {3072: 0.8, 2048: 0.5, 1024: 0.5, 512: 0.5}
"""Share of hidden units that is dropped, by their number."""


class KernelNetwork(Feedforward):
    """Three convolutions with pooling and one hidden layer: 42, 21, 10, 5 pixels a side for every kernel.

    Source: Kim, Roh, Dong & Lee, "Hierarchical committee of deep convolutional neural networks for robust facial
    expression recognition", JMUI 10(2), 2016; github.com/bokyeong1015/HierCommCNNs. Published accuracy on the test set
    of SFEW 2.0, after pre-training on FER2013: 57.3 % for the best of them, 61.6 % for the committee. All of the
    layers, the dropout and the initialisation are confirmed.

    Parameters
    ----------
    classes : sequence of int
        The number of classes of each head.
    kernel : str
        "small" (3x3), "medium" (5x5 and 4x4) or "large" (7x7).
    hidden : int
        Units of the hidden layer: 3072, 2048, 1024 or 512.
    """

    size = 42

    def __init__(self, classes: Sequence[int], kernel: str, hidden: int) -> None:
        layers: list[nn.Module] = [MinMax()]
        channels = 1
        for width, (side, padding, pool, pool_padding) in zip((32, 32, 64), KERNELS[kernel], strict=True):
            layers += [conv(channels, width, side, padding), nn.MaxPool2d(pool, 2, pool_padding)]
            channels = width
        layers += [nn.Flatten(), dense(channels * 5 * 5, hidden, DROPOUT[hidden])]
        super().__init__(layers, linear_heads(hidden, classes))
        for module in self.body.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.normal_(module.weight, std=0.01)
                nn.init.constant_(module.bias, 0.1)  # type: ignore[arg-type]
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.001)
                nn.init.constant_(module.bias, 0.01)
        for parameter in self.heads.parameters():
            nn.init.zeros_(parameter)
