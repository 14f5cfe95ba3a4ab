"""The shipped diffusion model of real digits: its samples are read as asked for, and copy nothing."""

import torch

from course_utils import checkpoints, data, metrics
from course_utils.checkpoints import digits_diffusion


def test_samples_are_read_as_asked_and_are_no_copies():
    model, record = checkpoints.load("mnist_diffusion")
    judge, _ = checkpoints.load("mnist_classifier")
    labels = torch.arange(100) % 10
    x = digits_diffusion.sample(model, labels, 28, seed=5)  # not the recipe's seed
    stated = record["metrics"]
    assert stated["read_as_asked"] > 0.95 and metrics.agreement(judge, x, labels) > 0.9
    assert stated["distance_to_nearest"] > 0.7 * stated["held_out_distance_to_nearest"]
    train = data.load("mnist_5k").flat
    near = torch.cdist(x.flatten(1), train).min(1).values / train.shape[1] ** 0.5
    assert near.min() > 0.04, "no sample is a training image"
    held_out = data.load("mnist_5k", split="test").flat
    usual = torch.cdist(held_out, train).min(1).values.mean() / train.shape[1] ** 0.5
    assert near.mean() > 0.7 * usual
