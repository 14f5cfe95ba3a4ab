"""Right answers to nf.made_masks in other words."""

import numpy as np
import torch


def masks_by_loops(places, degrees):
    D, H = len(places), len(degrees)
    hidden, output = torch.zeros(H, D, dtype=torch.bool), torch.zeros(D, H, dtype=torch.bool)
    for h in range(H):
        for d in range(D):
            hidden[h, d] = places[d] <= degrees[h]
            output[d, h] = degrees[h] < places[d]
    return hidden, output


def masks_by_complement(places, degrees):
    """An output sees just those hidden units that do not see its own input."""
    hidden = degrees.unsqueeze(1) >= places.unsqueeze(0)
    return [hidden, ~hidden.T]


def masks_by_whole_numbers(places, degrees):
    return torch.gt(degrees[:, None] + 1, places), torch.lt(degrees, places[:, None])


def masks_by_a_triangle(places, degrees):
    """Rows and columns of the mask for places and degrees in order."""
    sees = torch.ones(len(places), len(places)).tril().bool()
    hidden = sees[degrees - 1][:, places - 1]
    return hidden, hidden.logical_not().mT


def masks_float(places, degrees):
    hidden = (degrees[:, None] - places >= 0).float()
    return hidden, 1 - hidden.T


def masks_int(places, degrees):
    return torch.where(places <= degrees[:, None], 1, 0), (places[:, None] - degrees > 0).int()


def masks_numpy(places, degrees):
    p, d = places.numpy(), degrees.numpy()
    return np.less_equal.outer(p, d).T, np.greater.outer(p, d)


def masks_lists(places, degrees):
    p, d = places.tolist(), degrees.tolist()
    return [[int(one <= k) for one in p] for k in d], [[int(k < one) for k in d] for one in p]


OTHER_TYPE = [masks_float, masks_int, masks_numpy, masks_lists]
