import json

import pytest
import torch

from course_utils import checkpoints, gan, metrics, transport
from course_utils.checkpoints import plane_gan_losses as recipes

BRIEF = {**recipes.STUDY, "seeds": 2, "steps": 4, "samples": 16, "batch_size": 8, "n": 160, "averaged": 2}


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("plane_gan_losses")


@pytest.fixture(scope="module")
def data():
    return recipes.points(BRIEF)


def test_every_row_is_there_with_every_seed_and_look(shipped):
    model, record = shipped
    assert list(model.names) == list(record["settings"]["rows"]) == list(recipes.ROWS)
    assert model.rounds.tolist() == [50, 100, 200, 300, 400, 600, 800, 1000, 1250, 1500, 1750, 2000]
    for name in model.names:
        x = model.samples(name)
        assert x.shape == (6, 12, 512, 2) and len({seed.numpy().tobytes() for seed in x[:, -1]}) == 6
        assert model.distances(name).shape == (6, 12) and (model.distances(name) > 0.1).all()
        assert all(values.shape == (6, 12) for values in model.losses(name).values())
    with pytest.raises(ValueError, match="Did you mean 'wgan_gp'"):
        model.samples("wgan_pg")


def test_the_distances_are_those_of_the_stored_samples(shipped):
    model, far = shipped[0], recipes.held_out(recipes.STUDY)
    for name in ("r1", "fgan_kl"):
        for seed, look in ((0, 0), (5, 11)):
            found = transport.wasserstein1(model.samples(name)[seed, look], far)
            assert model.distances(name)[seed, look].item() == pytest.approx(float(found), rel=1e-5)


def test_progress_is_minus_the_loss_of_d_but_for_began(shipped):
    for name in shipped[0].names:
        curves = shipped[0].losses(name)
        same = torch.allclose(curves["progress"], -curves["d_loss"], rtol=1e-3, atol=1e-3)
        assert same == (name != "began")
        assert (curves["penalty"] > 0).all() == ("penalty" in recipes.ROWS[name])


def test_the_metrics_are_those_of_the_stored_numbers(shipped):
    model, record = shipped
    x, gaps = model.samples("r1")[:, -1], model.distances("r1")
    covered = [metrics.modes_covered(seed, recipes.modes(), recipes.RADIUS) for seed in x]
    tracks = metrics.rank_correlation(model.losses("r1")["progress"], gaps)
    assert record["metrics"]["modes_r1"] == pytest.approx(sum(covered) / 6, abs=1e-5)
    assert record["metrics"]["w1_r1"] == pytest.approx(gaps[:, -1].mean().item(), abs=1e-5)
    assert record["metrics"]["tracks_r1"] == pytest.approx(tracks.mean().item(), abs=1e-5)
    assert 0.1 < record["metrics"]["w1_data"] < gaps[:, -1].mean()
    assert record["training"]["steps"] == len(model.names) * record["settings"]["steps"]
    assert json.loads(json.dumps(recipes.STUDY)) == record["settings"]


@pytest.mark.parametrize("name", recipes.ROWS)
def test_each_row_plays_and_repeats(name, data):
    places, curves, gaps, history = recipes.run(BRIEF, name, data)
    assert places.shape == (2, 12, 16, 2) and curves.shape == (2, 12, 4) and history.steps == 4
    assert not torch.equal(places[0, -1], places[1, -1]) and not torch.equal(places[:, 0], places[:, -1])
    again = recipes.run(BRIEF, name, data)
    assert all(torch.equal(one, other) for one, other in zip((places, curves, gaps), again, strict=False))


def test_with_nothing_added_the_round_is_that_of_the_course():
    """One seed through gan.game_round, with the same noise and batches, leaves the same weights."""
    settings = {**BRIEF, "seeds": 1, "d_steps": 1}
    G, D = recipes.players(settings, recipes.ROWS["lsgan"])
    H, E = recipes.players(settings, recipes.ROWS["lsgan"])
    update = recipes.play(settings, recipes.ROWS["lsgan"], G, D, [])
    rates = zip((H, E), (settings["g_lr"], settings["d_lr"]), strict=True)
    adams = [torch.optim.Adam(net.parameters(), rate, settings["betas"]) for net, rate in rates]

    class OfOne(torch.nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net = net

        def forward(self, x):
            return self.net(x[None])[0]

    theirs = gan.game_round(OfOne(H), OfOne(E), gan.losses["lsgan"], *adams, settings["latent_dim"])
    x = torch.randn(8, 2)
    for play in (update, theirs):
        torch.manual_seed(0)
        play(x)
    for ours, other in zip(
        (*G.parameters(), *D.parameters()), (*H.parameters(), *E.parameters()), strict=True
    ):
        torch.testing.assert_close(ours, other, rtol=1e-4, atol=1e-6)


def test_all_rows_start_from_the_same_generator_and_clipping_clips():
    G, D = recipes.players(BRIEF, recipes.ROWS["wgan"])
    H, _ = recipes.players(BRIEF, recipes.ROWS["began"])
    for one, other in zip(G.parameters(), H.parameters(), strict=True):
        assert torch.equal(one, other)
    recipes.play(BRIEF, recipes.ROWS["wgan"], G, D, [])(torch.randn(80, 2))
    assert all(weight.abs().max() <= 0.01 for weight in D.parameters())


def test_a_penalty_is_the_mean_over_the_seeds():
    _, D = recipes.players(BRIEF, recipes.ROWS["r1"])
    x = torch.randn(2, 9, 2)
    slopes = [torch.autograd.functional.jacobian(lambda p: D(p).sum(), x)[seed] for seed in range(2)]
    by_hand = 10 * torch.stack(slopes).square().sum(-1).mean() / 2
    torch.testing.assert_close(recipes.penalty(recipes.ROWS["r1"], D, x, x), by_hand)
    assert recipes.penalty(recipes.ROWS["lsgan"], D, x, x) == 0


def test_each_seed_of_began_has_its_own_k():
    game = recipes.Game(recipes.ROWS["began"], 2)
    on_real, on_fake = torch.tensor([[2.0, 4.0], [1.0, 1.0]]), torch.tensor([[1.0, 1.0], [3.0, 1.0]])
    first = game.d_loss(on_real, on_fake)
    assert first.tolist() == [3.0, 1.0]
    assert game.progress(on_real, on_fake, first).tolist() == [3.5, 2.5]
    # k <- k + 0.001 (0.5 real - fake): 0.0005 and, cut at 0, 0.
    torch.testing.assert_close(game.d_loss(on_real, on_fake), torch.tensor([3 - 0.0005, 1.0]))
    assert game.g_loss(on_fake).tolist() == [1.0, 2.0]


def test_energies_are_distances_from_the_reconstruction():
    x = torch.tensor([[[3.0, 4.0]], [[0.0, -2.0]]])
    assert recipes.Energy(torch.zeros_like, "l2")(x).tolist() == [[5.0], [2.0]]
    assert recipes.Energy(torch.zeros_like, "l1")(x).tolist() == [[7.0], [2.0]]


def test_points_are_kept_to_a_thousandth_and_stay_on_the_map():
    x = torch.tensor([0.1234, -1.9996, 40.0, -1e9])
    assert recipes.as_thousandths(x).tolist() == [123, -2000, 32767, -32767]


def test_a_run_that_is_lost_repeats_its_last_look():
    x, means, far = torch.ones(2, 3, 2), torch.ones(2, 4), torch.zeros(3, 2)
    places, curves, gaps = torch.zeros(2, 2, 3, 2, dtype=torch.int16), torch.zeros(2, 2, 4), torch.zeros(2, 2)
    recipes.keep(0, x, means, far, places, curves, gaps)
    recipes.keep(1, x * torch.tensor([2.0, torch.nan])[:, None, None], 5 * means, far, places, curves, gaps)
    assert places[:, 1, 0, 0].tolist() == [2000, 1000] and curves[:, 1, 0].tolist() == [5, 1]
    torch.testing.assert_close(gaps, 2**0.5 * torch.tensor([[1.0, 2.0], [1.0, 1.0]]))
