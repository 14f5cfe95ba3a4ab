"""Right answers to guidance.classifier_gradient in other words."""

import torch
import torch.nn.functional as F


def gradient_by_cross_entropy(x_t, t, y, classifier):
    with torch.enable_grad():
        x = x_t.detach().clone().requires_grad_(True)
        loss = F.cross_entropy(classifier(x, t), y, reduction="sum")
        (found,) = torch.autograd.grad(loss, x)
    return -found


def gradient_by_backward(x_t, t, y, classifier):
    """Backward, but to x alone: the classifier's weights get nothing."""
    with torch.enable_grad():
        x = x_t.detach().requires_grad_()
        classifier(x, t).log_softmax(-1)[torch.arange(len(y)), y].sum().backward(inputs=[x])
    return x.grad


def gradient_by_hand_from_logits(x_t, t, y, classifier):
    """The logit of y minus the log of the normaliser."""
    with torch.set_grad_enabled(True):
        x = x_t.detach().requires_grad_()
        logits = classifier(x, t)
        total = (logits.gather(1, y.unsqueeze(1)).squeeze(1) - logits.logsumexp(dim=1)).sum()
        return torch.autograd.grad(total, [x])[0]


def gradient_by_func(x_t, t, y, classifier):
    return torch.func.grad(lambda x: -F.cross_entropy(classifier(x, t), y, reduction="sum"))(x_t)


@torch.enable_grad()
def gradient_loop(x_t, t, y, classifier):
    found = []
    for i in range(len(x_t)):
        x = x_t[i : i + 1].detach().requires_grad_()
        log_p = classifier(x, t[i : i + 1]).log_softmax(1)[0, y[i]]
        found.append(torch.autograd.grad(log_p, x)[0])
    return torch.cat(found)
