import copy
import itertools

import pytest
import torch
from networks import draw, shaken

from course_utils.diffusion import UNet
from course_utils.diffusion.control import ControlledUNet, colour_edges, edge_agreement, edges


def picture(*rows):
    """Rows of dots and crosses -> [1, 1, H, W], 1 where there is a cross."""
    return torch.tensor([[float(mark == "x") for mark in row] for row in rows])[None, None]


@pytest.fixture
def base():
    return shaken(UNet(width=8, classes=3, dropout=0.3))


@pytest.fixture
def inputs():
    return (
        draw(4, 1, 8, 8),
        torch.arange(4) * 250,
        torch.tensor([0, 1, 2, 3]),
        draw(4, 1, 8, 8, seed=1).sigmoid(),
    )


def squared(model, inputs):
    return (model(*inputs) - inputs[3]).square().mean()


class TestControlledUNet:
    def test_before_training_the_control_changes_nothing_at_all(self, base, inputs):
        x, t, y, control = inputs
        model = ControlledUNet(base)
        for labels in (y, None):
            assert torch.equal(model(x, t, labels, control), base(x, t, labels))

    def test_without_control_it_is_the_base_trained_or_not(self, base, inputs):
        model = ControlledUNet(base)
        for part in (model.copy, model.stem, model.enter, model.join, model.join_middle):
            shaken(part)
        x, t, y, control = inputs
        assert torch.equal(model(x, t, y), base(x, t, y))
        assert (model(x, t, y, control) - base(x, t, y)).abs().amax((1, 2, 3)).min() > 1e-3

    def test_the_first_step_moves_the_joints_and_the_second_all_that_is_new(self, base, inputs):
        """A zero convolution blocks what lies before it until it has moved itself."""
        model = ControlledUNet(base).train()
        optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], 0.1)
        moved = []
        for _ in range(3):
            optimiser.zero_grad()
            squared(model, inputs).backward()
            moved.append({n for n, p in model.named_parameters() if p.grad is not None and p.grad.any()})
            optimiser.step()
        joints = {n for n, _ in model.named_parameters() if n.startswith("join")}
        new = {n for n, p in model.named_parameters() if p.requires_grad}
        assert moved[0] == joints
        assert {n for n in new if n.startswith(("copy", "enter"))} <= moved[1] and moved[2] == new

    def test_training_leaves_the_base_as_it_was(self, base, inputs):
        before, model = copy.deepcopy(base.state_dict()), ControlledUNet(base).train()
        assert not model.base.training and model.copy.training
        optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], 0.1)
        for _ in range(3):
            squared(model, inputs).backward()
            optimiser.step()
        assert all(torch.equal(value, before[n]) for n, value in model.base.state_dict().items())
        assert all(torch.equal(value, before[n]) for n, value in base.state_dict().items())
        assert base.first.weight.requires_grad and not model.base.first.weight.requires_grad

    def test_the_way_through_written_out_for_two_resolutions(self, base, inputs):
        model = ControlledUNet(base)
        for number, part in enumerate((model.copy, model.stem, model.enter, model.join, model.join_middle)):
            shaken(part, seed=number)
        x, t, y, control = inputs
        e, twin = base.embed(t, y), model.copy
        high = twin.down[0](twin.first(x) + model.enter(model.stem(control)), e)
        low = twin.down[1](twin.shrink[0](high), e)
        middle = twin.after(twin.attention(twin.before(low, e)), e)
        own_high = base.down[0](base.first(x), e)
        own_low = base.down[1](base.shrink[0](own_high), e)
        own_middle = base.after(base.attention(base.before(own_low, e)), e)
        h = torch.cat([own_middle + model.join_middle(middle), own_low + model.join[1](low)], 1)
        h = torch.cat([base.grow[1](base.up[0](h, e)), own_high + model.join[0](high)], 1)
        torch.testing.assert_close(model(*inputs), base.last(base.up[1](h, e)))

    def test_the_state_holds_the_new_parts_only_and_comes_back(self, base, inputs):
        model = ControlledUNet(base)
        shaken(model.copy), shaken(model.join, seed=1)
        state = model.state_dict()
        assert set(state) == {n for n, p in model.named_parameters() if p.requires_grad}
        again = ControlledUNet(base)
        again.load_state_dict(state)
        assert torch.equal(again(*inputs), model(*inputs))
        inside = torch.nn.Sequential(ControlledUNet(base))
        inside.load_state_dict(torch.nn.Sequential(model).state_dict())
        assert torch.equal(inside[0](*inputs), model(*inputs))
        with pytest.raises(RuntimeError, match=r"stem.0.weight"):
            again.load_state_dict({n: v for n, v in state.items() if n != "stem.0.weight"})

    def test_more_channels_of_control_and_other_sizes(self):
        base = shaken(UNet(width=8, multipliers=(1, 2, 2)))
        model, x, t = ControlledUNet(base, control_channels=3), draw(2, 1, 28, 28), torch.arange(2)
        assert torch.equal(model(x, t, None, draw(2, 3, 28, 28)), base(x, t)) and model.classes is None

    @pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
    def test_the_new_parts_have_the_precision_of_the_base(self, dtype):
        base, x, t = UNet(width=8).to(dtype), draw(2, 1, 8, 8).to(dtype), torch.tensor([1, 2])
        assert torch.equal(ControlledUNet(base)(x, t, None, x), base.eval()(x, t))

    def test_what_cannot_be_read_is_refused_in_one_sentence(self, base, inputs):
        x, t, y, control = inputs
        model = ControlledUNet(base)
        with pytest.raises(ValueError, match=r"control must have shape \[4, 1, 8, 8\]; got \[4, 1, 4, 4\]"):
            model(x, t, y, control[:, :, :4, :4])
        with pytest.raises(ValueError, match=r"t must have shape \[4\]; got \[3\]"):
            model(x, t[:3], y, control)
        with pytest.raises(ValueError, match="control_channels must be at least 1; got 0"):
            ControlledUNet(base, control_channels=0)


class TestEdges:
    def test_the_outline_is_the_ground_beside_the_figure(self):
        figure = picture(
            "......",
            "......",
            "..xx..",
            "..x...",
            "......",
        )
        outline = picture(
            "......",
            "..xx..",
            ".x..x.",
            ".x.x..",
            "..x...",
        )
        assert torch.equal(edges(figure), outline)

    def test_a_hole_has_an_outline_of_its_own(self):
        assert torch.equal(edges(picture("xxx", "x.x", "xxx")), picture("...", ".x.", "..."))

    def test_the_frame_is_no_edge(self):
        assert not edges(torch.ones(2, 1, 4, 5)).any() and not edges(torch.zeros(2, 1, 4, 5)).any()

    def test_half_is_ink(self):
        grey = torch.tensor([[[[0.0, 0.5, 0.49, 0.49]]]])
        assert edges(grey).flatten().tolist() == [1, 0, 1, 0]
        assert edges(grey.double()).dtype == torch.float64

    def test_other_shapes_are_refused(self):
        with pytest.raises(ValueError, match=r"images must have shape \[B, 1, H, W\]; got \[2, 3, 8, 8\]"):
            edges(torch.zeros(2, 3, 8, 8))


def row(*values):
    """One row of grey pixels: [1, 1, 1, W]."""
    return torch.tensor(values, dtype=torch.float64).view(1, 1, 1, -1)


class TestColourEdges:
    def test_a_jump_is_an_edge_at_its_left_or_upper_pixel(self):
        square = picture("......", ".xxx..", ".xxx..", "......")
        outline = picture(".xxx..", "x..x..", "xxxx..", "......")
        assert torch.equal(colour_edges(square), outline)
        assert torch.equal(colour_edges(1 - square), outline)

    def test_a_soft_edge_is_one_pixel_wide(self):
        assert colour_edges(row(0, 0, 0.3, 0.8, 1, 1)).flatten().tolist() == [0, 0, 1, 0, 0, 0]

    def test_of_equal_jumps_the_first_counts(self):
        assert colour_edges(row(0, 0.5, 1, 1)).flatten().tolist() == [1, 0, 0, 0]

    def test_the_threshold_is_an_edge_and_less_is_none(self):
        assert colour_edges(row(0, 0.25), threshold=0.25).any()
        assert not colour_edges(row(0, 0.24), threshold=0.25).any()

    def test_any_channel_may_jump_even_where_the_grey_does_not(self):
        red, green = torch.tensor([0.6, 0.0, 0.3]), torch.tensor([0.0, 0.6, 0.3])  # of the same mean
        image = torch.stack([red, red, green, green], dim=1).view(1, 3, 1, 4)
        assert colour_edges(image).flatten().tolist() == [0, 1, 0, 0]
        assert not colour_edges(image.mean(1, keepdim=True)).any()

    def test_pixel_by_pixel(self):
        images, edge = draw(2, 3, 6, 7).sigmoid(), torch.zeros(2, 1, 6, 7)

        def jump(b, i, j, down, right):
            """The largest difference over the channels to the next pixel; none beyond the frame."""
            if min(i, j) < 0 or i + down >= 6 or j + right >= 7:
                return 0.0
            return max((images[b, :, i + down, j + right] - images[b, :, i, j]).abs().tolist())

        for b, i, j in itertools.product(range(2), range(6), range(7)):
            for d, r in ((0, 1), (1, 0)):
                before, here, after = (jump(b, i + k * d, j + k * r, d, r) for k in (-1, 0, 1))
                if here >= 0.2 and here > before and here >= after:
                    edge[b, 0, i, j] = 1
        assert torch.equal(colour_edges(images, 0.2), edge) and 0 < edge.mean() < 1

    def test_what_cannot_be_read_is_refused(self):
        with pytest.raises(ValueError, match=r"images must have shape \[B, C, H, W\]; got \[3, 8, 8\]"):
            colour_edges(torch.zeros(3, 8, 8))
        with pytest.raises(ValueError, match="threshold must be a finite number above 0; got 0"):
            colour_edges(torch.zeros(1, 3, 8, 8), threshold=0)


class TestEdgeAgreement:
    DOT = picture("......", "......", "..x...", "......", "......", "......")  # its outline: a diamond of 4

    def test_an_image_agrees_wholly_with_its_own_edges(self):
        images = torch.cat([self.DOT, self.DOT.flip(2), self.DOT.mT])
        for tolerance in (0, 1, 2):
            assert edge_agreement(images, edges(images), tolerance).tolist() == [1, 1, 1]

    def test_pictures_in_colour_have_edges_of_their_own_kind(self):
        images = draw(3, 3, 8, 8).sigmoid()
        wanted = colour_edges(images)
        assert edge_agreement(images, wanted, 0, outline=colour_edges).tolist() == [1, 1, 1]
        assert (edge_agreement(images.roll(1, 0), wanted, 0, outline=colour_edges) < 1).all()

    def test_what_is_far_apart_does_not_agree(self):
        far = edges(self.DOT).roll((3, 3), (2, 3))
        assert edge_agreement(self.DOT, far, tolerance=0).item() == 0
        assert (
            edge_agreement(picture("x.....", *["......"] * 5), picture(*["......"] * 5, "....xx")).item() == 0
        )

    def test_a_shift_by_one_is_within_a_tolerance_of_one_only(self):
        shifted = edges(self.DOT).roll((1, 1), (2, 3))
        assert edge_agreement(self.DOT, shifted, tolerance=1).item() == 1
        assert edge_agreement(self.DOT, shifted, tolerance=0).item() == pytest.approx(0.5)  # 2 of 4 meet

    def test_a_case_by_hand(self):
        """Wanted are 2 of the diamond's 4 pixels and 3 far ones: precision 1/2, recall 2/5, F1 = 4/9."""
        wanted = picture("......", "..x...", ".x....", "......", "......", "...xxx")
        assert edge_agreement(self.DOT, wanted, tolerance=0).item() == pytest.approx(4 / 9)

    def test_tolerance_counts_in_both_directions(self):
        """At tolerance 1 all 4 pixels of the diamond are near one of the two wanted, and both are found."""
        wanted = picture("......", "..x...", "......", "..x...", "......", "......")
        assert edge_agreement(self.DOT, wanted, tolerance=1).item() == 1
        assert edge_agreement(self.DOT, wanted, tolerance=0).item() == pytest.approx(2 * 0.5 / 1.5)

    def test_nothing_agrees_with_nothing_alone(self):
        blank, dot = torch.zeros(1, 1, 6, 6), self.DOT
        pairs = [(blank, blank), (blank, edges(dot)), (dot, blank)]
        assert [edge_agreement(*pair).item() for pair in pairs] == [1, 0, 0]

    def test_what_cannot_be_compared_is_refused(self):
        with pytest.raises(ValueError, match=r"wanted must have shape \[1, 1, 6, 6\]; got \[1, 1, 5, 6\]"):
            edge_agreement(self.DOT, torch.zeros(1, 1, 5, 6))
        with pytest.raises(ValueError, match="tolerance must be at least 0"):
            edge_agreement(self.DOT, self.DOT, tolerance=-1)
