"""What the lectures print about images as conditions: each printed form fails; ours holds."""

from course_utils.diffusion import UNet, control


def test_a_control_net_is_no_small_addition():
    """D: "parameter-efficient". The zero convolutions are; what is trained is more than half of the base."""
    base = UNet(width=32, multipliers=(1, 2), classes=10)
    controlled = control.ControlledUNet(base)

    def count(*modules):
        return sum(
            weight.numel() for module in modules for weight in module.parameters() if weight.requires_grad
        )

    joints = count(controlled.enter, controlled.join, controlled.join_middle)
    whole = sum(weight.numel() for weight in base.parameters())
    assert joints < 0.05 * whole
    assert count(controlled) > 0.5 * whole
