import math

import pytest
import torch

from course_utils.training import Batches, fingerprint
from course_utils.training.batches import check_data, permutation

CPU = torch.device("cpu")


@pytest.mark.parametrize(("n", "batch_size"), [(1, 128), (10, 3), (129, 128), (7, 7), (100, 32)])
def test_every_sample_once_an_epoch_in_batches_of_even_size(n, batch_size):
    batches = Batches((torch.arange(n),), batch_size, seed=0, device=CPU)
    for epoch in range(3):
        taken = [batches[epoch * batches.per_epoch + k][0] for k in range(batches.per_epoch)]
        assert sorted(torch.cat(taken).tolist()) == list(range(n))
        sizes = {len(batch) for batch in taken}
        assert max(sizes) <= batch_size and max(sizes) - min(sizes) <= 1
    assert batches.per_epoch == math.ceil(n / batch_size)


def test_rows_of_several_tensors_stay_together():
    x = torch.arange(20.0)
    batches = Batches((x, 2 * x, -x), 6, seed=3, device=CPU)
    for step in range(8):
        a, b, c = batches[step]
        assert torch.equal(b, 2 * a) and torch.equal(c, -a)


def test_order_changes_with_epoch_and_seed_and_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    orders = {tuple(permutation(50, seed, epoch).tolist()) for seed in range(4) for epoch in range(4)}
    assert len(orders) == 16
    assert torch.equal(torch.get_rng_state(), before)


def test_uint8_images_are_kept_small_and_scaled_batch_by_batch():
    images = torch.arange(256, dtype=torch.uint8).reshape(4, 1, 8, 8)
    batches = Batches((images,), 4, seed=0, device=CPU)
    assert batches.tensors[0].dtype == torch.uint8
    (batch,) = batches[0]
    assert batch.dtype == torch.float32
    assert sorted(batch.flatten().tolist()) == [pytest.approx(i / 255) for i in range(256)]


def test_channels_last_keeps_the_values():
    images = torch.rand(6, 3, 4, 4)
    plain, last = (Batches((images,), 6, 0, CPU, channels_last=flag)[0][0] for flag in (False, True))
    assert last.is_contiguous(memory_format=torch.channels_last) and torch.equal(plain, last)


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (torch.empty(0, 2), ValueError, "at least one sample"),
        ((), ValueError, "at least one sample"),
        (torch.tensor(1.0), ValueError, "at least one sample"),
        ((torch.ones(3), torch.ones(4)), ValueError, r"lengths \[3, 4\]"),
        ([[1.0]], TypeError, "data must be a tensor"),
        ("glyphs", TypeError, "got str"),
        (torch.tensor([1.0, math.nan]), ValueError, r"data\[0\] must hold finite"),
        ((torch.ones(2), torch.ones(2, dtype=torch.uint8)), ValueError, r"data\[1\] must be int64"),
    ],
)
def test_bad_data_is_one_clear_sentence(data, error, words):
    with pytest.raises(error, match=words):
        check_data(data)


def test_a_whole_data_set_is_told_which_field_to_pass():
    class ImageData:
        images = None

    with pytest.raises(TypeError, match=r"pass data\.images"):
        check_data(ImageData())


def test_fingerprint_sees_type_shape_and_value():
    x = torch.arange(6.0)
    variants = [(x,), (x.reshape(2, 3),), (x.double(),), (x + 1,), (x, x), (x[:5],)]
    assert len({fingerprint(variant) for variant in variants}) == len(variants)
    assert fingerprint((x,)) == fingerprint((x.clone(),))
    assert fingerprint((x.reshape(2, 3).t(),)) == fingerprint((x.reshape(2, 3).t().contiguous(),))
