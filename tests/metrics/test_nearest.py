import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from course_utils.metrics import nearest_distances, nearest_neighbour_test


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


class TestDistances:
    def test_they_agree_with_scipy(self):
        samples, references = normal(2300, 3), normal(40, 3, seed=1)  # more than one block
        wanted = cdist(samples, references).min(1)
        found = nearest_distances(samples, references)
        assert found.dtype == torch.float64 and np.allclose(found, wanted, rtol=1e-12, atol=0)

    def test_a_copy_lies_at_0_exactly(self):
        """A matrix product would leave some 1e-7, and more where the mean is far from 0."""
        images = normal(300, 64).float() + 100
        assert torch.equal(nearest_distances(images[:50], images), torch.zeros(50).double())

    def test_neighbours_that_a_matrix_product_cannot_tell_apart(self):
        """Three points within 3e-7, far from 0; and so many copies of one point that each may be it."""
        samples = normal(5, 64) + 100
        step = torch.zeros(64).double()
        step[7] = 1e-7
        references = torch.cat([samples + count * step for count in (3, 2, 1)])
        wanted = cdist(samples, references).min(1)
        assert np.allclose(wanted, 1e-7, rtol=1e-3)
        assert np.allclose(nearest_distances(samples, references), wanted, rtol=1e-9, atol=0)
        crowd = samples[:1].expand(200, -1)
        found = nearest_distances(torch.cat([samples, crowd]), crowd)
        assert np.allclose(found, cdist(torch.cat([samples, crowd]), crowd).min(1), rtol=1e-12, atol=0)
        assert (found[5:] == 0).all()

    def test_what_they_refuse(self):
        with pytest.raises(ValueError, match=r"references must have shape \[M, 2\]; got \[4, 3\]"):
            nearest_distances(torch.zeros(4, 2), torch.zeros(4, 3))
        with pytest.raises(ValueError, match="samples must hold finite numbers only"):
            nearest_distances(torch.full((4, 2), torch.nan), torch.zeros(4, 2))
        with pytest.raises(TypeError, match="samples must hold floating-point numbers"):
            nearest_distances(torch.zeros(4, 2).int(), torch.zeros(4, 2))


class TestLeaveOneOut:
    def test_it_agrees_with_scikit_learn(self):
        real, fake = normal(40, 3), 1.4 * normal(40, 3, seed=1) + 0.3
        pooled, labels = np.concatenate([real, fake]), np.repeat([1, 0], 40)
        said = cross_val_predict(KNeighborsClassifier(1), pooled, labels, cv=LeaveOneOut())
        right = said == labels
        assert nearest_neighbour_test(real, fake) == (right[:40].mean(), right[40:].mean())

    def test_by_hand_on_a_line(self):
        real = torch.tensor([[0.0], [1.0], [5.0]])
        fake = torch.tensor([[5.1], [5.3], [0.1]])  # 0 and 5 sit by a sample, 1 too; only 5.3 by its own kind
        assert nearest_neighbour_test(real, fake) == (0.0, 1 / 3)
        assert nearest_neighbour_test(real, real + 50) == (1.0, 1.0)

    def test_a_memoriser_and_ties(self):
        x = normal(30, 4)
        assert nearest_neighbour_test(x, x.clone()) == (0.0, 0.0)
        one = x[:1].repeat(30, 1)  # one image only, from the data: its copies tie with their origin
        of_real, of_fake = nearest_neighbour_test(x, one)
        assert of_fake == 0.5 and of_real > 0.5
        assert nearest_neighbour_test(one, one) == (0.5, 0.5)

    def test_its_mean_for_equal_distributions(self):
        """Of a point's 2N - 1 others, N - 1 are of its kind, and each is as likely to be the nearest."""
        found = torch.tensor([nearest_neighbour_test(*normal(2, 10, 3, seed=s)) for s in range(3000)])
        error = 4 * found.std(0) / 3000**0.5
        assert bool(((found.mean(0) - 9 / 19).abs() < error).all())

    @pytest.mark.parametrize(
        ("real", "fake", "sentence"),
        [
            (torch.zeros(5, 3), torch.zeros(6, 3), "fake must have as many rows as real, 5; got 6"),
            (torch.zeros(1, 3), torch.zeros(1, 3), "real must have at least 2 rows; got 1"),
            (torch.zeros(5, 3), torch.zeros(5, 3, 1), r"fake must have shape \[M, 3\]"),
            (torch.zeros(5, 3), torch.full((5, 3), torch.nan), "fake must hold finite numbers only"),
        ],
    )
    def test_what_it_refuses(self, real, fake, sentence):
        with pytest.raises(ValueError, match=sentence):
            nearest_neighbour_test(real, fake)
