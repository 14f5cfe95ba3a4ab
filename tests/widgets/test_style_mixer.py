"""The mixer's Python face: a generator in, one clear sentence where it does not fit."""

import pytest
import torch
from torch import nn

from course_utils.gan.style import StyleGenerator
from course_utils.widgets import StyleMixer


def generator():
    torch.manual_seed(0)
    return StyleGenerator(8, 12, (6, 6, 5, 4, 4, 4))


def test_the_same_seed_gives_the_same_faces_and_another_seed_others():
    net = generator()
    first, again, other = StyleMixer(net, seed=1), StyleMixer(net, seed=1), StyleMixer(net, seed=2)
    assert first.sources == again.sources and first.noises == again.noises
    assert first.sources[0] != other.sources[0]


def test_the_generator_is_left_as_it_was():
    net = generator().train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    torch.manual_seed(5)
    StyleMixer(net)
    drawn = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(1))
    assert net.training
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_what_does_not_fit_gets_one_sentence():
    with pytest.raises(TypeError, match="must be a gan.style.StyleGenerator; got Linear"):
        StyleMixer(nn.Linear(2, 2))
    with pytest.raises(ValueError, match="start must be"):
        StyleMixer(generator(), start=7)
    with pytest.raises(ValueError, match="psi must be"):
        StyleMixer(generator(), psi=1.5)
    mixer = StyleMixer(generator())
    with pytest.raises(ValueError, match="first must be"):
        mixer.first = 8


@pytest.mark.parametrize("start", [0, 3, 6])
def test_alt_text_and_still_follow_the_state(start):
    mixer = StyleMixer(generator(), start=start)
    assert f"first {start} of 6 layers" in mixer._alt()
    titles = [axis.get_title() for part in mixer._still().subfigs for axis in part.axes]
    assert titles[0] == "A" and titles[2] == "B"
    assert titles[1] == ("all of A" if start == 6 else f"B from layer {start + 1} on")
