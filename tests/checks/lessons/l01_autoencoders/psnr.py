"""Right answers to ae.psnr in other words."""

import math

import torch
import torch.nn.functional as F


def psnr_ratio(x, x_hat):
    return 10 * torch.log10(1 / F.mse_loss(x_hat, x))


def psnr_amplitude(x, x_hat):
    return 20 * torch.log10(1.0 / ((x - x_hat) ** 2).mean().sqrt())


def psnr_natural(x, x_hat):
    return -10 * ((x - x_hat) ** 2).mean().log() / math.log(10)


def psnr_double(x, x_hat):
    return -10 * torch.log10(((x.double() - x_hat.double()) ** 2).mean())


OTHER_TYPE = [psnr_double]
