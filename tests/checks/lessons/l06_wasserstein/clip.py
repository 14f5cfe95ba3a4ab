"""Right answers to wgan.clip in other words."""

import torch
from torch import nn


def clip_data(critic, c):
    for weights in critic.parameters():
        weights.data = weights.data.clip(-c, c)
    return critic


def clip_by_comparison(critic, c):
    with torch.no_grad():
        for weights in critic.parameters():
            weights[weights > c] = c
            weights[weights < -c] = -c
    return critic


def clip_as_one_vector(critic, c):
    vector = nn.utils.parameters_to_vector(critic.parameters()).detach()
    nn.utils.vector_to_parameters(vector.clamp(-c, c), critic.parameters())
    return critic


def clip_by_state(critic, c):
    critic.load_state_dict({name: weights.clamp(-c, c) for name, weights in critic.state_dict().items()})
    return critic


def clip_layer_by_layer(critic, c):
    def change(layer):
        for weights in layer.parameters(recurse=False):
            weights.detach().clamp_(-c, c)

    return critic.apply(change)
