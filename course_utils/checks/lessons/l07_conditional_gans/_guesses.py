"""What an auxiliary classifier's two heads say."""

import torch
from torch import nn


class Guess(nn.Module):
    """A pair (logits [B, 1], class logits [B, K]) that unpacks and is indexed like a tuple.

    As a module it can be asked for gradients, turned into float64 and compared with what it was. Its tensors
    want gradients from when somebody lists them as parameters, as plain tensors do from when they are asked.
    """

    def __init__(self, source, classes):
        super().__init__()
        self.source = nn.Parameter(source, requires_grad=False)
        self.classes = nn.Parameter(classes, requires_grad=False)

    def parameters(self, recurse=True):
        """Both tensors, which ask for gradients from now on."""
        return iter([one.requires_grad_() for one in self])

    def __iter__(self):
        return iter((self.source, self.classes))

    def __len__(self):
        return 2

    def __getitem__(self, place):
        return (self.source, self.classes)[place]


def guesses(n_real, n_fake, classes, scale=1.5, sure=0.0):
    """A maker of what the heads say of n_real and n_fake images, and the labels of both.

    sure: the size of two logits of each head that are far out, on either side; 0 for none.
    """

    def one(n, shift, rng):
        source = shift + scale * torch.randn(n, 1, generator=rng)
        logits = scale * torch.randn(n, classes, generator=rng)
        if sure:
            source[0], source[-1] = sure, -sure
            logits[0, 0], logits[-1, 0] = sure, -sure
        return Guess(source, logits)

    def make(rng):
        real, fake = one(n_real, 1.0, rng), one(n_fake, -1.0, rng)
        labels = torch.randint(classes, (n_real + n_fake,), generator=rng)
        y_real, y_fake = labels[:n_real], labels[n_real:]
        if n_real == n_fake:  # no image has the label of the other kind in its place
            y_fake = (y_real + torch.randint(1, classes, (n_fake,), generator=rng)) % classes
        return real, fake, y_real, y_fake

    return make
