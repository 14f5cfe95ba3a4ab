"""Memory of training, use of a chip, growth, and the arithmetic of the big systems, against known answers."""

import pytest
import torch
from torch import nn

from course_utils import counting, training
from course_utils.counting import arithmetic


def test_memory_is_what_a_training_holds():
    net = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3))
    optimiser, average = training.adamw(net), training.WeightAverage(net, 0.9)
    net(torch.rand(2, 5)).sum().backward()
    optimiser.step()
    count = sum(one.numel() for one in net.parameters())
    found = counting.training_memory(count, average=True)
    assert found.weights == sum(one.nbytes for one in net.parameters())
    assert found.gradients == sum(one.grad.nbytes for one in net.parameters())
    kept = [one[name] for one in optimiser.state.values() for name in ("exp_avg", "exp_avg_sq")]
    assert found.moments == sum(one.nbytes for one in kept)
    assert found.average == sum(one.nbytes for one in average.model.parameters())
    assert found.total == 20 * count


@pytest.mark.parametrize("precision, each", [("fp32", 16), ("autocast", 16), ("bf16", 16)])
def test_16_bytes_a_weight_in_every_precision_and_a_share_of_them_where_sharded(precision, each):
    """Rajbhandari et al. 2020, section 3.1: 7.5 billion weights take 120 GB, and 1.9 GB on 64 GPUs."""
    count = 7_500_000_000
    whole = counting.training_memory(count, precision, gpus=64)
    share = counting.training_memory(count, precision, gpus=64, sharded=True)
    assert whole.total == each * count == 120 * 10**9
    assert share.total / 1e9 == pytest.approx(1.9, abs=0.05)
    assert counting.training_memory(10, activations=8, gpus=3, sharded=True).total == 16 * 4 + 8


def test_utilisation_by_hand():
    assert counting.utilisation(3e12, 2.0, 6e12) == 0.25
    with pytest.raises(ValueError, match="peak must be a finite number above 0"):
        counting.utilisation(1.0, 1.0, 0.0)


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.2])
@pytest.mark.parametrize("a", [0.0, 0.3])
def test_growth_without_noise_is_found(a, p):
    sizes = torch.tensor([8, 16, 24, 48, 64, 96])
    found = counting.fit_growth(sizes, a + 2e-3 * sizes.double() ** p)
    assert (found.p, found.low, found.high) == pytest.approx((p, p, p), abs=3e-3)
    assert (found.a, found.b) == pytest.approx((a, 2e-3), rel=0.02, abs=1e-4)
    assert found(100) == pytest.approx(a + 2e-3 * 100**p, rel=0.01)


def test_the_interval_holds_the_power_as_often_as_it_says():
    generator, inside = torch.Generator().manual_seed(0), 0
    sizes = torch.tensor([16, 24, 32, 48, 64, 96, 128, 192])
    for _ in range(200):
        noise = 1 + 0.03 * torch.randn(len(sizes), generator=generator)
        found = counting.fit_growth(sizes, (0.5 + 1e-3 * sizes**1.5) * noise, confidence=0.9)
        inside += found.low <= 1.5 <= found.high
    assert 165 <= inside <= 195  # 180 +- 3.5 deviations


def test_growth_refuses_what_says_nothing():
    with pytest.raises(ValueError, match="sizes must be 4 or more, of which 3 differ"):
        counting.fit_growth([1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0])
    with pytest.raises(ValueError, match="seconds must be above 0"):
        counting.fit_growth([1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 2.0, 3.0])


def test_dits_are_as_large_as_their_paper_says():
    """Peebles & Xie 2023, tables 1 and 4: forward multiply-adds in units of 10^9."""
    for size, published in {"S": 6.06, "B": 23.01, "L": 80.71, "XL": 118.64}.items():
        assert counting.dit_macs(size) / 1e9 == pytest.approx(published, rel=2e-3)
    assert counting.dit_macs("XL", 1_024) / 1e9 == pytest.approx(524.6, rel=2e-3)


def test_6_n_d_is_a_dit_without_its_norms_layers():
    """Of 675 million weights, those that make shifts, scales and gates meet an image once and not a patch."""
    depth, width = arithmetic.DITS["XL"]
    of_blocks = 12 * depth * width**2
    estimate = counting.transformer_training_flops(of_blocks, 256)
    assert estimate == pytest.approx(3 * 2 * counting.dit_macs("XL"), rel=0.06)
    assert of_blocks + 6 * depth * width**2 == pytest.approx(675e6, rel=0.02)


def test_published_days_and_speeds_agree():
    """Dhariwal & Nichol 2021, tables 7 and 10: 6.4 images a V100-second, 17.9 at 120e12 FLOPs, 916 days."""
    adm = counting.TRAININGS["ADM"]
    assert adm.images / 6.4 / arithmetic.DAY == pytest.approx(adm.chip_days, rel=1e-3)
    assert 120e12 / (adm.flops / adm.images) == pytest.approx(17.9, abs=0.05)
    assert adm.utilisation * 125 / 120 == pytest.approx(0.36, abs=0.005)


def test_days_and_utilisation_are_each_other():
    for one in counting.TRAININGS.values():
        if one.flops is None:
            assert one.utilisation is None
            continue
        days = counting.gpu_days(one.flops, counting.CHIPS[one.chip].peak, one.utilisation)
        assert days == pytest.approx(one.chip_days) and 0 < one.utilisation < 1
        assert all(source.strip() for source in one.sources)
    assert counting.gpu_days(2 * 86_400 * 5e12, 1e13, 0.5) == 2.0


def test_stable_diffusions_network_is_counted_from_its_structure():
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):  # 860 million weights, and no memory for any
        net = UNet2DConditionModel(cross_attention_dim=768)
        stages = counting.TRAININGS["Stable Diffusion v1.4"].stages
        for side, (_, macs) in zip((32, 64), stages, strict=True):
            inputs = torch.zeros(1, 4, side, side), torch.zeros(1), torch.zeros(1, 77, 768)
            assert counting.count(net, inputs).forward / 2 == pytest.approx(macs, rel=1e-3)
    assert sum(one.numel() for one in net.parameters()) == pytest.approx(860e6, rel=1e-3)
