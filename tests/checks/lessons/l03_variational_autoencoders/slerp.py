"""Right answers to vae.slerp in other words."""

import torch
import torch.nn.functional as F


def slerp_weights(a, b, t):
    cosine = torch.clamp(torch.dot(a / torch.norm(a), b / torch.norm(b)), -1, 1)
    omega = torch.acos(cosine)
    if torch.isclose(omega, torch.zeros_like(omega)):
        return torch.lerp(a, b, t)
    return torch.sin((1 - t) * omega) / torch.sin(omega) * a + torch.sin(t * omega) / torch.sin(omega) * b


def slerp_by_similarity(a, b, t):
    omega = F.cosine_similarity(a, b, dim=0).clamp(-1 + 1e-7, 1 - 1e-7).acos()
    return (a * ((1 - t) * omega).sin() + b * (t * omega).sin()) / omega.sin()


def slerp_by_rotation(a, b, t):
    """The weights by the angle's sine and cosine: sin((1-t)w) = sin w cos(tw) - cos w sin(tw)."""
    cosine = F.normalize(a, dim=0) @ F.normalize(b, dim=0)
    if cosine > 1 - 1e-6:
        return a + t * (b - a)
    sine = (1 - cosine**2).sqrt()
    omega = torch.atan2(sine, cosine)
    second = torch.sin(t * omega) / sine
    return (torch.cos(t * omega) - cosine * second) * a + second * b


def slerp_unless_arc(a, b, t):
    """No clamp, but NaN is not above the threshold either: the line is taken unless there is an arc."""
    omega = torch.arccos(F.normalize(a, dim=0) @ F.normalize(b, dim=0))
    if not omega > 1e-3:
        return a + t * (b - a)
    return (torch.sin((1 - t) * omega) * a + torch.sin(t * omega) * b) / torch.sin(omega)


def slerp_by_threshold(a, b, t):
    cosine = torch.dot(a, b) / torch.linalg.norm(a) / torch.linalg.norm(b)
    if cosine.abs() > 0.9995:
        return (1.0 - t) * a + t * b
    first = torch.acos(cosine)
    return torch.sin(first - first * t) / torch.sin(first) * a + torch.sin(first * t) / torch.sin(first) * b


def slerp_by_sinc(a, b, t):
    omega = torch.acos((torch.nn.functional.normalize(a, dim=0) * F.normalize(b, dim=0)).sum().clamp(-1, 1))
    whole = torch.sinc(omega / torch.pi)
    first = (1 - t) * torch.sinc((1 - t) * omega / torch.pi) / whole
    return first * a + t * torch.sinc(t * omega / torch.pi) / whole * b


def slerp_numpy(a, b, t):
    return slerp_weights(a, b, t).numpy()


OTHER_TYPE = [slerp_numpy]
