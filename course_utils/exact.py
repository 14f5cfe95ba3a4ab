"""Distributions with everything known in closed form, to stand beside what is learned."""

import math

import torch

from course_utils._double import double
from course_utils._draws import drawn_on, normal, uniform
from course_utils._validate import (
    as_numbers,
    check_finite,
    check_generator,
    check_has,
    check_int,
    check_number,
    check_tensor,
)


class GaussianMixture:
    """A mixture of K isotropic Gaussians, sum_k w_k N(m_k, s_k^2 I), in D dimensions.

    means: [K, D]; stds: a positive number for all components or [K]; weights: [K], non-negative with sum one,
    or None for equal ones. Points are taken to the dtype of means, and answers come in it: give float64 means
    for float64 answers. Raises ValueError or TypeError where the arguments do not fit together.
    """

    def __init__(self, means, stds, weights=None):
        self.means = _floating("means", means, "[K, D]")
        count = len(self.means)
        self.stds = _floating("stds", stds, None, like=self.means)
        if self.stds.ndim == 0:
            self.stds = self.stds.expand(count)
        if weights is None:
            weights = torch.full((count,), 1 / count, dtype=self.means.dtype, device=self.means.device)
        self.weights = _floating("weights", weights, None, like=self.means)
        for name in ("stds", "weights"):
            if getattr(self, name).shape != (count,):
                got = list(getattr(self, name).shape)
                raise ValueError(f"{name} must have shape [{count}], one for each mean; got {got}.")
        _require(bool((self.stds > 0).all()), "stds must all be positive", self.stds.tolist())
        _require(bool((self.weights >= 0).all()), "weights must not be negative", self.weights.tolist())
        total = float(double(self.weights).sum())
        _require(abs(total - 1) < 1e-5, "weights must sum to one", total)
        self.weights = self.weights / self.weights.sum()

    def __repr__(self):
        return f"GaussianMixture({len(self.means)} components in {self.dim} dimensions)"

    @property
    def dim(self):
        """D, the number of dimensions."""
        return self.means.shape[1]

    def sample(self, n, generator=None):
        """n independent draws [n, D] by ancestral sampling: a component by its weight, then a point of it.

        generator: of any device, or None for PyTorch's global one.
        """
        n, generator = check_int("n", n), check_generator("generator", generator)
        weights = self.weights.to(drawn_on(generator, self.means.device))
        which = torch.multinomial(weights, n, replacement=True, generator=generator).to(self.means.device)
        noise = normal((n, self.dim), self.means.device, self.means.dtype, generator)
        return self.means[which] + self.stds[which, None] * noise

    def _log_joint(self, x):
        """log w_k + log N(x; m_k, s_k^2 I), [N, K]."""
        squares = (x[:, None] - self.means).square().sum(-1)
        norm = self.dim * (self.stds.log() + 0.5 * math.log(2 * math.pi))
        return self.weights.log() - norm - 0.5 * squares / self.stds.square()

    def log_prob(self, x):
        """log p(x) in nats, [N, D] -> [N]."""
        return self._log_joint(self._points("x", x)).logsumexp(dim=1)

    def responsibilities(self, x):
        """p(k | x), the posterior over components, [N, D] -> [N, K]."""
        return self._log_joint(self._points("x", x)).softmax(dim=1)

    def score(self, x):
        """grad_x log p(x) = sum_k p(k | x) (m_k - x) / s_k^2, [N, D] -> [N, D]."""
        x = self._points("x", x)
        shares = self._log_joint(x).softmax(dim=1) / self.stds.square()
        return shares @ self.means - shares.sum(1, keepdim=True) * x

    def diffuse(self, alpha_cumprod):
        """The mixture of x_t = sqrt(a) x_0 + sqrt(1 - a) noise, a GaussianMixture (Ho et al. 2020, eq. 4).

        alpha_cumprod: a, a number or one-element tensor in [0, 1]; 1 is no noise, 0 leaves N(0, I).
        """
        a = _level(alpha_cumprod)
        return GaussianMixture(
            math.sqrt(a) * self.means, (a * self.stds.square() + 1 - a).sqrt(), self.weights
        )

    def denoise(self, x_t, alpha_cumprod):
        """E[x_0 | x_t], the best guess at the clean point in squared error, [N, D] -> [N, D].

        alpha_cumprod: a, as in diffuse. Component k's answer is m_k + g_k (x_t - sqrt(a) m_k) with the gain
        g_k = sqrt(a) s_k^2 / (a s_k^2 + 1 - a); the answers are averaged with the weights p(k | x_t).
        """
        x_t = self._points("x_t", x_t)
        noisy = self.diffuse(alpha_cumprod)
        root = math.sqrt(_level(alpha_cumprod))
        shares = noisy._log_joint(x_t).softmax(dim=1)
        gains = root * self.stds.square() / noisy.stds.square()
        kept = self.means * (1 - root * gains[:, None])
        return shares @ kept + (shares @ gains)[:, None] * x_t

    def _points(self, name, x):
        return check_tensor(name, x, f"[N, {self.dim}]", nonempty=False).to(self.means.dtype)


class LinearGaussian:
    """Probabilistic PCA: z ~ N(0, I_k), x | z ~ N(W z + mu, sigma^2 I_d) (Tipping & Bishop 1999;
    Bishop 2006, section 12.2).

    W: [d, k]; mu: [d]; sigma: a positive number. Points are taken to the dtype of W, and answers come in it.
    Raises ValueError or TypeError where the arguments do not fit together.
    """

    def __init__(self, W, mu, sigma):
        self.W = _floating("W", W, "[d, k]")
        self.mu = _floating("mu", mu, f"[{len(self.W)}]", like=self.W)
        self.sigma = check_number("sigma", sigma, 0, open_minimum=True)
        d, k = self.W.shape
        identity = torch.eye(d, dtype=self.W.dtype, device=self.W.device)
        self.covariance = self.W @ self.W.T + self.sigma**2 * identity  # of x
        self._factor = torch.linalg.cholesky(self.covariance)
        precision = torch.eye(k, dtype=self.W.dtype, device=self.W.device) + self.W.T @ self.W / self.sigma**2
        self._posterior_cov = torch.linalg.inv(precision)

    @classmethod
    def fit(cls, x, k):
        """The maximum-likelihood model of rows x [N, d] with k latents, k < d (Tipping & Bishop 1999).

        sigma^2 is the mean of the discarded eigenvalues of the covariance (which divides by N), and W the
        first k eigenvectors times sqrt(eigenvalue - sigma^2). Raises ValueError where x varies in no more
        than k directions.
        """
        check_finite("x", check_tensor("x", x, "[N, d]"))
        d = x.shape[1]
        check_int("k", k, 1, d - 1)
        values, vectors = torch.linalg.eigh(torch.cov(x.T, correction=0).view(d, d))
        variance = values[: d - k].mean()
        _require(bool(variance > 0), f"x must vary in more than k = {k} directions", values.tolist())
        W = vectors[:, d - k :] * (values[d - k :] - variance).sqrt()
        return cls(W, x.mean(0), float(variance.sqrt()))

    def __repr__(self):
        d, k = self.W.shape
        return f"LinearGaussian({k} latents, {d} dimensions, sigma {self.sigma:g})"

    def sample(self, n, generator=None):
        """n independent draws of x, [n, d]: z from N(0, I), then x given z."""
        n, generator = check_int("n", n), check_generator("generator", generator)
        how = self.W.device, self.W.dtype, generator
        z = normal((n, self.W.shape[1]), *how)
        return z @ self.W.T + self.mu + self.sigma * normal((n, len(self.mu)), *how)

    def log_prob(self, x):
        """log p(x) in nats, x ~ N(mu, W W^T + sigma^2 I); [N, d] -> [N]."""
        white = torch.linalg.solve_triangular(self._factor, self._centred(x).T, upper=False)
        log_det = 2 * self._factor.diagonal().log().sum()
        return -0.5 * (white.square().sum(0) + log_det + len(self.mu) * math.log(2 * math.pi))

    def posterior(self, x):
        """Mean [N, k] and covariance [k, k] of p(z | x) (Bishop 2006, eq. 12.42); x: [N, d].

        The covariance (I + W^T W / sigma^2)^-1 is the same for every x.
        """
        mean = self._centred(x) @ self.W @ self._posterior_cov / self.sigma**2
        return mean, self._posterior_cov

    def elbo(self, x, q_mean, q_cov):
        """E_q[log p(x | z)] - KL(q || N(0, I)) in nats for q = N(q_mean, q_cov), [N].

        x: [N, d]; q_mean: [N, k]; q_cov: [k, k] for all points or [N, k, k], symmetric positive definite.
        Never more than log_prob(x); the gap is KL(q || posterior). Raises ValueError for another shape or a
        q_cov that is no covariance.
        """
        d, k = self.W.shape
        residual = self._centred(x)
        q_mean = check_tensor("q_mean", q_mean, f"[{len(x)}, {k}]", nonempty=False).to(self.mu.dtype)
        q_cov = check_tensor("q_cov", q_cov).to(self.mu.dtype)
        check_tensor("q_cov", q_cov, f"[{k}, {k}]" if q_cov.ndim == 2 else f"[{len(x)}, {k}, {k}]")
        log_det = _log_det(q_cov)
        residual = residual - q_mean @ self.W.T
        spread = ((self.W.T @ self.W) * q_cov).sum((-2, -1))  # trace of W q_cov W^T
        squares = residual.square().sum(1) + spread
        log_likelihood = -0.5 * (squares / self.sigma**2 + d * math.log(2 * math.pi * self.sigma**2))
        trace = q_cov.diagonal(dim1=-2, dim2=-1).sum(-1)
        kl = 0.5 * (trace + q_mean.square().sum(1) - k - log_det)
        return log_likelihood - kl

    def _centred(self, x):
        return check_tensor("x", x, f"[N, {len(self.mu)}]", nonempty=False).to(self.mu.dtype) - self.mu


class BernoulliMixture:
    """A mixture of K models of independent black or white pixels (Bishop 2006, section 9.3.3).

    P(x) = sum_k w_k prod_i p_ki^x_i (1 - p_ki)^(1 - x_i).

    weights: [K], positive with sum one; p: [K, D], strictly between 0 and 1. Points are taken to the dtype of
    p, and answers come in it. Raises ValueError or TypeError where the arguments do not fit together.
    """

    def __init__(self, weights, p):
        self.p = _floating("p", p, "[K, D]")
        self.weights = _floating("weights", weights, f"[{len(self.p)}]", like=self.p)
        _require(
            bool((self.p > 0).all() and (self.p < 1).all()), "p must lie between 0 and 1", self.p.aminmax()
        )
        total = float(self.weights.sum())
        positive = bool((self.weights > 0).all()) and abs(total - 1) < 1e-4
        _require(positive, "weights must be positive and have sum 1", self.weights.tolist())

    @classmethod
    def fit(cls, x, k, iterations=150, seed=0):
        """EM on rows x [N, D] of zeros and ones, started from k of them.

        Half a count each way keeps p off 0 and 1. Raises ValueError where k is more than N, or where x holds
        anything but 0 and 1.
        """
        x = _floating("x", x, "[N, D]")
        check_int("k", k, 1, len(x))
        check_int("iterations", iterations)
        start = torch.randperm(len(x), generator=torch.Generator().manual_seed(check_int("seed", seed, 0)))[
            :k
        ]
        model = cls(torch.full((k,), 1 / k, dtype=x.dtype, device=x.device), 0.25 + 0.5 * x[start])
        for _ in range(iterations):
            share = model._log_joint(x).softmax(1)  # E-step: whose image is it? [N, K]
            weights = (share.sum(0) + 1e-3) / (len(x) + k * 1e-3)
            model = cls(weights, (share.T @ x + 0.5) / (share.sum(0)[:, None] + 1))
        return model

    def __repr__(self):
        return f"BernoulliMixture({len(self.p)} components, {self.p.shape[1]} pixels)"

    def sample(self, n, generator=None):
        """n independent draws of x, [n, D], of zeros and ones."""
        n, generator = check_int("n", n), check_generator("generator", generator)
        weights = self.weights.to(drawn_on(generator, self.p.device))
        p = self.p[torch.multinomial(weights, n, replacement=True, generator=generator).to(self.p.device)]
        return (uniform(p.shape, p.device, p.dtype, generator) < p).to(p.dtype)

    def _log_joint(self, x):
        x = check_tensor("x", x, f"[N, {self.p.shape[1]}]").to(self.p.dtype)
        _require(bool(((x == 0) | (x == 1)).all()), "x must hold 0 and 1 only", x.unique()[:5].tolist())
        return x @ self.p.log().T + (1 - x) @ (1 - self.p).log().T + self.weights.log()

    def log_prob(self, x):
        """log P(x) of rows x [N, D] of zeros and ones, [N]; of all 2^D rows the P have sum one."""
        return self._log_joint(x).logsumexp(1)


def check_mixture(mixture):
    """Return mixture where it has what a GaussianMixture has; TypeError where it has not."""
    return check_has("mixture", mixture, "an exact.GaussianMixture", "means", "stds", "weights")


def _level(alpha_cumprod):
    if isinstance(alpha_cumprod, torch.Tensor) and alpha_cumprod.numel() == 1:
        alpha_cumprod = alpha_cumprod.item()
    return check_number("alpha_cumprod", alpha_cumprod, 0, 1)


def _floating(name, value, shape, like=None):
    """value as a finite floating-point tensor, of like's dtype and device where like is given."""
    value = as_numbers(name, value, None if like is None or isinstance(value, torch.Tensor) else like.dtype)
    value = value if value.is_floating_point() else value.float()
    value = value if like is None else value.to(like)
    if shape is not None:
        check_tensor(name, value, shape)
    _require(bool(value.isfinite().all()), f"{name} must be finite", value.tolist())
    return value


def _log_det(q_cov):
    factor, info = torch.linalg.cholesky_ex(q_cov)
    symmetric = torch.allclose(q_cov, q_cov.mT, rtol=1e-5, atol=1e-7)
    _require(symmetric and not info.any(), "q_cov must be symmetric and positive definite", q_cov.tolist())
    return 2 * factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def _require(holds, sentence, got):
    if not holds:
        raise ValueError(f"{sentence}; got {str(got)[:80]}.")
