"""Right answers to diffusion.training_loop in other words."""

import copy

import torch
from torch.utils.data import DataLoader, TensorDataset


def loop_by_epochs(new_net, loss, images, labels, steps, generator, lr=2e-3, decay=0.99):
    """A shuffled order, used up and shuffled again; Adam without weight decay."""
    net = new_net()
    average = copy.deepcopy(net).requires_grad_(False)
    optimiser = torch.optim.Adam(net.parameters(), lr)
    places = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        if len(places) == 0:
            places = torch.randperm(len(images), generator=generator)
        now, places = places[:64], places[64:]
        optimiser.zero_grad(set_to_none=True)
        loss(net, images[now], labels[now], generator).backward()
        optimiser.step()
        for kept, weight in zip(average.parameters(), net.parameters(), strict=True):
            kept.lerp_(weight.detach(), 1 - decay)
    return net, average


def loop_by_loader(new_net, loss, images, labels, steps, generator, lr=2e-3, decay=0.99):
    """torch's loader, and an average of the state, whose net is made anew and given the first weights."""
    net, average = new_net(), new_net()
    average.load_state_dict(net.state_dict())
    optimiser = torch.optim.AdamW(net.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True, generator=generator)
    done = 0
    while done < steps:
        for x, y in loader:
            if done == steps:
                break
            optimiser.zero_grad()
            loss(net, x, y, generator).backward()
            optimiser.step()
            state = average.state_dict()
            for name, value in net.state_dict().items():
                state[name].mul_(decay).add_(value, alpha=1 - decay)
            done += 1
    return net, average


def loop_without_repeats(new_net, loss, images, labels, steps, generator, lr=2e-3, decay=0.99):
    """Each batch is the beginning of a fresh order; the average is loaded, and left in eval mode."""
    net = new_net().train()
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=lr)
    for _ in range(steps):
        some = torch.randperm(len(images), generator=generator)[:64]
        value = loss(net, images[some], labels[some], generator)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        now = net.state_dict()
        average.load_state_dict(
            {name: decay * kept + (1 - decay) * now[name] for name, kept in average.state_dict().items()}
        )
    return [net, average.eval()]
