"""Players and batches for WGAN's loop, and the loop with one of its parts replaced."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

from course_utils.checks.lessons.l06_wasserstein._nets import Player


def table(rounds, k, batch, optimiser, rates, c, widths=(2, 3)):
    """A maker of G, critic, their optimisers (rates: G's, the critic's), batches, both noises and c.

    widths: of a point and of its noise. All weights of the critic begin inside the box.
    """

    def make(rng):
        x_width, z_width = widths
        with torch.random.fork_rng(devices=[]):
            torch.random.default_generator.manual_seed(int(torch.randint(1000, (), generator=rng)))
            G = Player(nn.Linear(z_width, 4), nn.Tanh(), nn.Linear(4, x_width))
            critic = Player(nn.Linear(x_width, 6), nn.Tanh(), nn.Linear(6, 1))
        with torch.no_grad():
            for weights in critic.parameters():
                weights.clamp_(-0.8 * c, 0.8 * c)
        g_optimiser, critic_optimiser = (
            optimiser(net.parameters(), lr=lr) for net, lr in zip((G, critic), rates, strict=True)
        )
        batches = 1.5 + torch.randn(rounds, k, batch, x_width, generator=rng)
        noises = torch.randn(rounds, k, batch, z_width, generator=rng)
        last_noises = torch.randn(rounds, batch, z_width, generator=rng)
        return G, critic, g_optimiser, critic_optimiser, batches, noises, last_noises, c

    return make


def _box(weights, low, high):
    with torch.no_grad():
        for one in weights:
            one.clamp_(low, high)


def _clip(how, G, critic, c):
    """What is done after the critic's step."""
    weights = list(critic.parameters())
    if how == "weights alone":
        weights = [one for one in weights if one.ndim > 1]
    if how == "biases alone":
        weights = [one for one in weights if one.ndim == 1]
    if how in ("after the step", "weights alone", "biases alone", "both", "both after both"):
        _box(weights, -c, c)
    if how in ("both", "G alone"):
        _box(G.parameters(), -c, c)
    if how == "recorded":
        for one in weights:
            one.clamp_(-c, c)
    if how == "one side":
        _box(weights, None, c)
    if how == "0.01":
        _box(weights, -0.01, 0.01)
    if how == "0 to c":
        _box(weights, 0, c)
    if how == "a copy":
        _box(copy.deepcopy(critic._net).parameters(), -c, c)
    if how == "by norm":
        with torch.no_grad():
            for one in weights:
                one.mul_(min(1.0, c / float(one.norm())))


_REDUCE = {"mean": torch.mean, "sum": torch.sum, "none": lambda out: out}


def _losses(loss, real, fake, reduce):
    """The critic's loss, as a function of its outputs."""
    mean = _REDUCE[reduce]
    if loss.startswith("log"):
        return mean(F.softplus(-real)) + mean(F.softplus(fake))
    if loss == "hinge":
        return mean(F.relu(1 - real)) + mean(F.relu(1 + fake))
    return mean(fake) - mean(real)


_PAIRS = {
    "all": lambda xs, zs, last: list(zip(xs, zs, strict=True)),
    "first": lambda xs, zs, last: [(xs[0], zs[0])],
    "last": lambda xs, zs, last: [(xs[-1], zs[-1])],
    "joined": lambda xs, zs, last: [(xs.flatten(0, 1), zs.flatten(0, 1))],
    "one batch": lambda xs, zs, last: [(xs[0], z) for z in zs],
    "one noise": lambda xs, zs, last: [(x, zs[0]) for x in xs],
    "one noise, last": lambda xs, zs, last: [(x, zs[-1]) for x in xs],
    "G's": lambda xs, zs, last: [(x, last) for x in xs],
}

_ESTIMATES = {
    "last": lambda found: found[-1],
    "mean of the round": lambda found: sum(found) / len(found),
    "minus": lambda found: -found[-1],
    "minus the loss": lambda found: -found[-1],
    "minus mean": lambda found: -sum(found) / len(found),
    "first": lambda found: found[0],
    "sum": lambda found: sum(found),
    "largest": lambda found: max(found),
    "absolute": lambda found: abs(found[-1]),
    "clamped": lambda found: max(found[-1], 0.0),
}


class _Loop:
    """One run of the loop with the parts that `loop` names."""

    def __init__(self, parts, args):
        self.__dict__.update(parts)
        self.G, net, g_optimiser, critic_optimiser, self.batches, self.noises, self.last_noises, self.c = args
        self.net, self.optimisers = net, {"g": g_optimiser, "c": critic_optimiser}
        self.critic = (lambda x: self.squash(net(x))) if self.squash else net

    def clears(self, who, when):
        """Clear a player's gradients where this loop does so at this place."""
        name = {"c": "critic", "g": "G"}[who]
        places = {
            "well": "before the backward",
            "after the step": "after the step",
            "critic after the step": "after the step",
            "G after the step": "after the step",
            "before the step": "before the step",
        }
        mine = not self.clear.startswith(("critic", "G")) or self.clear.startswith(name)
        if when == (places.get(self.clear) if mine else "before the backward"):
            for one in ("c", "g") if self.clear_both else (who,):
                self.optimisers[one].zero_grad()

    def finish(self, who, loss, steps):
        """What follows a player's loss: clear, backward, step."""
        early = self.early is True or self.early == {"c": "critic", "g": "G"}[who]
        if early:
            for one in steps:
                self.optimisers[one].step()
        self.clears(who, "before the backward")
        if self.back in ("both", {"c": "critic", "g": "G"}[who]):
            loss.backward()
        if who == "c":
            self.clip_gradients()
        self.clears(who, "before the step")
        for one in () if early else steps:
            self.optimisers[one].step()
        self.clears(who, "after the step")

    def clip_gradients(self):
        if self.clip == "gradients":
            nn.utils.clip_grad_value_(self.net.parameters(), self.c)
        if self.clip == "gradient norm":
            nn.utils.clip_grad_norm_(self.net.parameters(), self.c)
        if self.clip == "before the step":
            _box(self.net.parameters(), -self.c, self.c)

    def critic_turn(self, x, z):
        if self.clip == "before the backward":
            _box(self.net.parameters(), -self.c, self.c)
        fake = self.G(z).detach() if self.detach else self.G(z)
        with torch.set_grad_enabled(self.unrecorded != "critic"):
            on_real, on_fake = self.critic(x), self.critic(fake)
        mean = torch.sum if self.reduce == "sum" else torch.mean
        found = (mean(on_real) - mean(on_fake)).item()
        if self.loss != "difference":
            found = -_losses(self.loss, on_real, on_fake, self.reduce).item()
        if self.estimate == "mean loss":
            found = (on_real.mean() - on_fake.mean()).item()
        loss = self.critic_sign * _losses(self.loss, on_real, on_fake, self.reduce)
        self.finish("c", loss, self.critic_steps)
        _clip(self.clip, self.G, self.net, self.c)
        if self.estimate.startswith("after"):
            later = fake.detach() if "kept" in self.estimate else self.G(z)
            found = (self.critic(x).mean() - self.critic(later).mean()).item()
        return on_real.mean().item() if self.estimate == "real" else found

    def g_turn(self, z):
        if self.frozen:
            self.net.requires_grad_(False)
        with torch.set_grad_enabled(self.unrecorded != "G"):
            fake = self.critic(self.G(z).detach() if self.detach_g else self.G(z))
        total = _REDUCE[self.reduce](fake)
        loss = F.softplus(-fake).mean() if self.loss == "log" else -total
        self.finish("g", self.g_sign * loss, self.g_steps)
        if self.clip == "both after both":
            _box(self.G.parameters(), -self.c, self.c)
        return loss.item()

    def g_noise_of(self, s):
        zs = self.noises[s]
        return {
            "last_noises": self.last_noises[s],
            "last of the critic's": zs[-1],
            "first of the critic's": zs[0],
            "round 0": self.last_noises[0],
        }[self.g_noise]

    def one_round(self, s):
        found, last = [], self.last_noises[s]
        if self.g_first:
            self.g_turn(last)
        pairs = _PAIRS[self.chosen](self.batches[s], self.noises[s], last)
        for x, z in pairs:
            found.append(self.critic_turn(x, z))
            if self.g_each:
                self.g_turn(last if self.g_each == "last_noises" else z)
        if self.clip == "once a round":
            _box(self.net.parameters(), -self.c, self.c)
        if not self.g_first and not self.g_each:
            g_loss = self.g_turn(self.g_noise_of(s))
            if "G's loss" in self.estimate:
                found = [-g_loss if self.estimate.startswith("minus") else g_loss]
        if self.clip == "once a round, after G":
            _box(self.net.parameters(), -self.c, self.c)
        if self.estimate.startswith("after G"):
            x, z = pairs[-1]
            z = last if self.estimate.endswith("last_noises") else z
            found = [(self.critic(x).mean() - self.critic(self.G(z)).mean()).item()]
        return found

    def run(self):
        if self.clear == "once at the start":
            for one in self.optimisers.values():
                one.zero_grad()
        found = [self.one_round(s) for s in range(len(self.batches))]
        if self.estimate == "every step":
            return [one for per_round in found for one in per_round]
        if self.estimate == "last round":
            return found[-1][-1]
        if self.estimate == "all rounds":
            last = [one[-1] for one in found]
            return [sum(last[: s + 1]) / (s + 1) for s in range(len(last))]
        return [_ESTIMATES.get(self.estimate, _ESTIMATES["last"])(one) for one in found]


_RIGHT = {
    "clip": "after the step",
    "clear": "well",
    "clear_both": False,
    "detach": True,
    "detach_g": False,
    "early": False,
    "back": "both",
    "critic_steps": ("c",),
    "g_steps": ("g",),
    "critic_sign": 1,
    "g_sign": 1,
    "estimate": "last",
    "chosen": "all",
    "g_noise": "last_noises",
    "g_each": "",
    "g_first": False,
    "squash": None,
    "loss": "difference",
    "reduce": "mean",
    "frozen": False,
    "unrecorded": "",
}


def loop(**changes):
    """WGAN's loop with parts replaced, by the names in _RIGHT."""

    @torch.enable_grad()
    def wrong(G, critic, g_optimiser, critic_optimiser, batches, noises, last_noises, c):
        args = G, critic, g_optimiser, critic_optimiser, batches, noises, last_noises, c
        return _Loop({**_RIGHT, **changes}, args).run()

    return wrong


def cleared_once(detach):
    """The loop with all gradients cleared at the top of a round."""

    @torch.enable_grad()
    def wrong(G, critic, g_optimiser, critic_optimiser, batches, noises, last_noises, c):
        estimates = []
        for xs, zs, last in zip(batches, noises, last_noises, strict=True):
            g_optimiser.zero_grad()
            critic_optimiser.zero_grad()
            for x, z in zip(xs, zs, strict=True):
                loss = critic(G(z).detach() if detach else G(z)).mean() - critic(x).mean()
                loss.backward()
                critic_optimiser.step()
                _box(critic.parameters(), -c, c)
            (-critic(G(last)).mean()).backward()
            g_optimiser.step()
            estimates.append(-loss.item())
        return estimates

    return wrong


def summed_backward(detach):
    """Both losses added up in each step of the critic, with one backward for the sum and a step of both."""

    @torch.enable_grad()
    def wrong(G, critic, g_optimiser, critic_optimiser, batches, noises, last_noises, c):
        estimates = []
        for xs, zs, last in zip(batches, noises, last_noises, strict=True):
            for x, z in zip(xs, zs, strict=True):
                loss = critic(G(z).detach() if detach else G(z)).mean() - critic(x).mean()
                g_optimiser.zero_grad()
                critic_optimiser.zero_grad()
                (loss - critic(G(last)).mean()).backward()
                critic_optimiser.step()
                g_optimiser.step()
                _box(critic.parameters(), -c, c)
            estimates.append(-loss.item())
        return estimates

    return wrong
