"""The winner of the FER2013 challenge (Tang 2013)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.inputs import ContrastNorm, PixelStatistics
from mien.networks.parts import Feedforward, conv, dense, glorot, initialise, linear_heads


class Tang(Feedforward):
    """Two convolutions with pooling and one wide layer under a linear SVM: 48, 44, 22, 18, 9 pixels a side.

    Source: Tang, "Deep Learning using Linear Support Vector Machines", arXiv 1306.0239. Published accuracy on FER2013's
    PrivateTest: 71.2 % with the SVM, 70.1 % with softmax. The logits are the margins w h of the one-against-rest SVMs,
    for whoever trains it to put under the squared hinge loss.

    Confirmed: two stages of convolution and pooling, a layer of 3072 units, about 12.0 million parameters, faces of
    mean 0 and L2 norm 100. Not published: the kernels and widths. Those here, 5x5 without padding at 48 px with 32 and
    48 maps, come to 12.01 million. The more common 64 maps in the second stage cannot: 8x8 pixels of them give 12.7
    million, 7x7 give 9.7. Standardised pixels are recalled from the literature; the initialisation is chosen; there is
    no dropout.
    """

    size = 48

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__(
            [
                PixelStatistics(self.size, before=ContrastNorm(100)),
                conv(1, 32, 5),
                nn.MaxPool2d(2),
                conv(32, 48, 5),
                nn.MaxPool2d(2),
                nn.Flatten(),
                dense(48 * 9 * 9, 3072, dropout=0),
            ],
            linear_heads(3072, classes),
        )
        initialise(self, glorot)
