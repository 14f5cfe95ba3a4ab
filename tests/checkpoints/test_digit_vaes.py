import pytest
import torch
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from course_utils import autoencoders, checkpoints, data, vae
from course_utils.checkpoints import digit_vaes as recipes
from course_utils.checkpoints.recipe import Runs

SWEEPS = {"digits_beta_vaes": 16, "digits_beta_vaes_2d": 2}


@pytest.fixture(scope="module")
def x():
    return (data.load("digits", split="test").images >= 0.5).float()


def bound(model, x, draws=40):
    """Reconstruction and KL in nats per image, with torch's own distributions."""
    torch.manual_seed(7)
    with torch.no_grad():
        mean, logvar = model.encode(x)
        q = Independent(Normal(mean, logvar.mul(0.5).exp()), 1)
        kl = kl_divergence(q, Independent(Normal(torch.zeros_like(mean), 1.0), 1)).mean()
        pixels = [Independent(Bernoulli(model.decoder(q.sample())), 3).log_prob(x) for _ in range(draws)]
    return torch.stack(pixels).mean().item(), kl.item()


@pytest.mark.parametrize(("name", "latents"), SWEEPS.items())
def test_the_shipped_sweeps_are_as_good_as_their_provenance_says(name, latents, x):
    model, record = checkpoints.load(name)
    assert list(checkpoints.betas(model)) == sorted(record["settings"]["betas"]) == list(recipes.BETAS)
    for beta, part in checkpoints.betas(model).items():
        assert isinstance(part, vae.VAE) and part.latent_dim == latents
        reconstruction, kl = bound(part, x)
        stored = {what: record["metrics"][f"test_{what}_beta_{beta:g}"] for what in ("reconstruction", "kl")}
        assert reconstruction == pytest.approx(stored["reconstruction"], abs=0.15)
        assert kl == pytest.approx(stored["kl"], abs=0.01)
        elbo = stored["reconstruction"] - stored["kl"]
        assert record["metrics"][f"test_elbo_beta_{beta:g}"] == pytest.approx(elbo, abs=1e-4)


@pytest.mark.parametrize("name", SWEEPS)
def test_a_larger_beta_pays_for_fewer_nats(name, x):
    """The rate falls with beta, units fall silent one after the other, and the last model says nothing."""
    record = checkpoints.load(name)[1]
    rate, active = (
        [record["metrics"][f"{what}_beta_{beta:g}"] for beta in recipes.BETAS]
        for what in ("test_kl", "active_units")
    )
    assert rate == sorted(rate, reverse=True) and active == sorted(active, reverse=True)
    assert active[0] == SWEEPS[name] and active[-1] == 0 and rate[-1] < 0.01


def test_distortion_rises_as_the_rate_falls():
    metrics = checkpoints.load("digits_beta_vaes")[1]["metrics"]
    fits = [metrics[f"test_reconstruction_beta_{beta:g}"] for beta in recipes.BETAS]
    elbos = {beta: metrics[f"test_elbo_beta_{beta:g}"] for beta in recipes.BETAS}
    assert fits == sorted(fits, reverse=True)
    assert max(elbos, key=elbos.get) == 1.0  # the only beta whose loss is the bound itself


def test_a_collapsed_vae_is_no_better_than_the_mean_digit(x):
    """Without a code the best logits are those of the pixels' frequencies, whatever the image."""
    frequencies = (data.load("digits").images >= 0.5).float().mean(0).clamp(1e-3, 1 - 1e-3)
    alone = Bernoulli(frequencies).log_prob(x).sum((1, 2, 3)).mean().item()
    metrics = checkpoints.load("digits_beta_vaes")[1]["metrics"]
    assert metrics[f"test_elbo_beta_{recipes.BETAS[-1]:g}"] == pytest.approx(alone, abs=0.1)
    assert metrics["test_elbo_beta_1"] > alone + 7


def test_the_autoencoder_beside_them(x):
    model, record = checkpoints.load("digits_ae_2d")
    assert isinstance(model, autoencoders.Autoencoder)
    with torch.no_grad():
        assert model.encoder(x).shape == (len(x), 2)
        likelihood = Independent(Bernoulli(model(x), validate_args=False), 3).log_prob(x).mean().item()
    assert likelihood == pytest.approx(record["metrics"]["test_reconstruction"], abs=1e-3)


def test_keys_carry_beta_without_a_dot():
    assert [recipes.key(beta) for beta in (0.05, 1.0, 5.0)] == ["beta_0_05", "beta_1", "beta_5"]
    parts = torch.nn.ModuleDict({recipes.key(beta): torch.nn.Identity() for beta in (20.0, 0.5, 3.0)})
    assert list(checkpoints.betas(parts)) == [0.5, 3.0, 20.0]


def test_active_units_are_those_whose_mean_follows_the_image(x):
    class Encoder:
        def encode(self, images):
            mean = images.flatten(1)[:, 27:30] * torch.tensor([1.0, 0.0, 0.1])
            return mean, torch.zeros_like(mean)

    assert recipes.active_units(Encoder(), x) == 1  # 0.1 times a pixel of 0 or 1 varies by at most 0.0025


def test_ctrl_c_ends_the_whole_sweep(monkeypatch):
    def interrupted(settings, model, *rest):
        fitted.append(model)
        return model, Runs(steps=1, seconds=0.1, interrupted=True)

    fitted = []
    monkeypatch.setattr(recipes, "fit", interrupted)
    recipe = checkpoints.RECIPES["digits_beta_vaes_2d"]
    _, runs = recipe.train(recipe.build(), recipe.data())
    assert len(fitted) == 1 and runs.interrupted


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_has_its_steps_for_every_beta(name):
    record = checkpoints.load(name)[1]
    assert record["training"]["steps"] == len(recipes.BETAS) * record["settings"]["steps"]
