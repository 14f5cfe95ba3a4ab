"""A tiny VAE and steps of its training in a row: what a step did to the weights, the next one shows."""

import copy

import torch
from torch import nn


class _Net(nn.Module):
    """The smallest VAE there is. Like one with dropout it is another function in evaluation mode."""

    def __init__(self, image, latents, rng):
        super().__init__()
        size = torch.Size(image).numel()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(size, 2 * latents))
        self.to_pixels = nn.Sequential(nn.Linear(latents, size), nn.Unflatten(1, image))
        with torch.no_grad():
            for weight in self.parameters():
                weight.copy_(0.6 * torch.randn(weight.shape, generator=rng))

    def encode(self, x):
        return self.to(x.dtype).encoder(x).chunk(2, dim=1)

    def logits(self, z):
        return self.to_pixels(z) if self.training else self.to_pixels(0.8 * z)

    def decoder(self, z):
        return self.logits(z).sigmoid()

    def forward(self, x):
        mean, logvar = self.encode(x)
        return self.logits(mean + (logvar / 2).exp() * torch.randn_like(mean)), mean, logvar


class _Model:
    """A net that notes when it is used. A step may change it: to the engine it is no nn.Module."""

    def __init__(self, net, note):
        self._net, self._note = net, note

    def __call__(self, x):
        self._note()
        return self._net(x)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._note()
        return getattr(self._net, name)


class Chain:
    """Steps one after the other: each begins with the weights that the last use of the one before it left."""

    def __init__(self, batch, image, latents, optimizer, lr):
        self.batch, self.image, self.latents = batch, image, latents
        self.optimizer, self.lr, self.left = optimizer, lr, {}

    def step(self, number):
        """A maker of the arguments of that step, counted from 0."""

        def make(rng):
            x = (torch.rand(self.batch, *self.image, generator=rng) < 0.4).float()
            net, state = self._begun(number)
            optimizer = self.optimizer(net.parameters(), lr=self.lr)
            if state is not None:
                optimizer.load_state_dict(state)
            model = _Model(net, lambda: self.left.update({number: (net, optimizer)}))
            return x, model, optimizer, torch.Generator().manual_seed(100 + number)

        return make

    def _begun(self, number):
        """The net and the optimiser's state that a step begins with."""
        if number - 1 not in self.left:
            return _Net(self.image, self.latents, torch.Generator().manual_seed(self.batch)), None
        before, optimizer = self.left[number - 1]
        net = copy.deepcopy(before)
        for weight, old in zip(net.parameters(), before.parameters(), strict=True):
            weight.grad = None if old.grad is None else old.grad.clone()
        return net, copy.deepcopy(optimizer.state_dict())
