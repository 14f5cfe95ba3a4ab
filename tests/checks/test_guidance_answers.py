"""Answers to the exercises on guidance that go wrong in a call, and what they are told."""

import torch

GRADIENT, DROP, CALL = "guidance.classifier_gradient", "guidance.drop_labels", "guidance.one_call"


def test_forgetting_that_samplers_switch_gradients_off_is_named(verdict):
    """The notebook asks for this check under no_grad; right answers pass there, this one says what to do."""

    def forgets(x_t, t, y, classifier):
        x_t = x_t.detach().requires_grad_()
        return torch.autograd.grad(classifier(x_t, t).log_softmax(1).gather(1, y[:, None]).sum(), x_t)[0]

    def remembers(x_t, t, y, classifier):
        with torch.enable_grad():
            return forgets(x_t, t, y, classifier)

    with torch.no_grad():
        assert "put `with torch.enable_grad():` round" in verdict(GRADIENT, forgets)[0]
        assert verdict(GRADIENT, remembers)[0] == f"{GRADIENT}: right.\n"


def test_hiding_labels_in_the_callers_tensor_is_named(verdict):
    def hides(y, null, share, generator):
        y[torch.rand(len(y), generator=generator) < share] = null
        return y

    assert "changes its input y in place" in verdict(DROP, hides)[0]


def test_coins_from_elsewhere_are_named(verdict):
    def tosses(y, null, share, generator):
        return torch.where(torch.rand(len(y)) < share, null, y)

    assert "generator=generator" in verdict(DROP, tosses)[0]


def test_a_batch_that_is_only_half_doubled_is_named(verdict):
    def forgets_t(x_t, t, y, net, null, scale):
        labels = torch.cat([torch.full_like(y, null), y])
        uncond, cond = net(torch.cat([x_t, x_t]), t, labels).chunk(2)
        return uncond + scale * (cond - uncond)

    assert "as many images as steps and labels, and has 8, 4, 8" in verdict(CALL, forgets_t)[0]
