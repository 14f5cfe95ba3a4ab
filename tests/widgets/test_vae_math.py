"""The page's geometry against numpy, and what it decodes against torch."""

import numpy as np
import pytest
import torch

from course_utils.vae import VAE
from course_utils.widgets.shared.export import export_network

MATH = "vae/math.js"
CODES = np.random.default_rng(0).normal(size=(80, 2)) * 4


def test_what_lies_outside_the_map(node):
    found = node(MATH, "m.outside(input.codes, 4)", codes=CODES.ravel().tolist())
    assert found == np.flatnonzero(np.abs(CODES).max(axis=1) > 4).tolist()
    assert 10 < len(found) < 70


def test_points_outside_are_marked_where_the_line_from_0_leaves_the_map(node):
    far = CODES[np.abs(CODES).max(axis=1) > 4]
    found = np.array(node(MATH, "input.points.map((p) => m.toBorder(p, 4))", points=far.tolist()))
    assert np.abs(found).max(axis=1) == pytest.approx(4.0)
    cross = found[:, 0] * far[:, 1] - found[:, 1] * far[:, 0]
    assert cross == pytest.approx(0, abs=1e-9)
    assert (np.sum(found * far, axis=1) > 0).all()


def test_a_point_is_moved_to_the_nearest_of_the_map(node):
    found = node(MATH, "input.points.map((p) => m.clampTo(p, 3))", points=CODES.tolist())
    assert np.array(found) == pytest.approx(np.clip(CODES, -3, 3))


def test_the_ellipses_have_the_posteriors_standard_deviations(node):
    logvar = np.log(np.square(np.array([[0.5, 2.0], [1.0, 0.1]])))
    found = node(MATH, "[0, 1].map((i) => m.radii(input.logvar, i, 2))", logvar=logvar.ravel().tolist())
    assert np.array(found) == pytest.approx(np.array([[1.0, 4.0], [2.0, 0.2]]))


def test_the_decoder_of_the_courses_vae_in_the_page(node):
    torch.manual_seed(0)
    vae = VAE((1, 8, 8), 2, (64, 64))
    exported = export_network(vae.decoder, "float16")
    assert exported["dtype"] == "float16"
    assert exported["layers"][-1] == {"kind": "Sigmoid"}
    points = [[0.0, 0.0], [1.5, -2.0], [-4.0, 4.0]]
    apply = "(() => { const f = m.network(input.exported); return input.points.map((z) => [...f(z)]); })()"
    found = np.array(node("shared/network.js", apply, exported=exported, points=points))
    with torch.no_grad():
        expected = vae.decoder(torch.tensor(points)).flatten(1).numpy()
    assert found == pytest.approx(expected, abs=2e-3)
    assert np.ptp(found, axis=0).max() > 0.05  # z matters, so that the comparison says something
