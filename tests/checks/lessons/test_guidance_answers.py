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


def test_gradients_left_in_the_classifiers_weights_are_named(verdict):
    def backward(x_t, t, y, classifier):
        with torch.enable_grad():
            x_t = x_t.detach().requires_grad_()
            classifier(x_t, t).log_softmax(1).gather(1, y[:, None]).sum().backward()
        return x_t.grad

    assert "leaves gradients in the classifier's weights" in verdict(GRADIENT, backward)[0]


def test_marking_the_callers_own_image_is_named(verdict):
    def marks(x_t, t, y, classifier):
        with torch.enable_grad():
            x_t.requires_grad_()
            total = classifier(x_t, t).log_softmax(1).gather(1, y[:, None]).sum()
            return torch.autograd.grad(total, x_t)[0]

    assert "the caller's own x_t now asks for a gradient" in verdict(GRADIENT, marks)[0]


def test_hiding_labels_in_the_callers_tensor_is_named(verdict):
    def hides(y, null, share, generator):
        y[torch.rand(len(y), generator=generator) < share] = null
        return y

    assert "changes its input y in place" in verdict(DROP, hides)[0]


def test_coins_from_elsewhere_are_named(verdict):
    def tosses(y, null, share, generator):
        return torch.where(torch.rand(len(y)) < share, null, y)

    assert "generator=generator" in verdict(DROP, tosses)[0]


def test_seeding_the_callers_generator_is_named(verdict):
    def seeds(y, null, share, generator):
        return torch.where(torch.rand(len(y), generator=generator.manual_seed(0)) < share, null, y)

    assert "you seed the caller's generator again" in verdict(DROP, seeds)[0]


def test_a_net_called_without_labels_says_what_it_needs(verdict):
    def two_ways(x_t, t, y, net, null, scale):
        uncond = net(x_t, t)
        return uncond + scale * (net(x_t, t, y) - uncond)

    assert "hand it 2 B labels" in verdict(CALL, two_ways)[0]


def test_a_batch_that_is_only_half_doubled_is_named(verdict):
    def forgets_t(x_t, t, y, net, null, scale):
        labels = torch.cat([torch.full_like(y, null), y])
        uncond, cond = net(torch.cat([x_t, x_t]), t, labels).chunk(2)
        return uncond + scale * (cond - uncond)

    assert "as many images as steps and labels, and has 8, 4, 8" in verdict(CALL, forgets_t)[0]
