"""What the source lectures misprint about images as conditions."""

from .erratum import Erratum

LINES = [
    Erratum(
        "D",
        "parameter-efficient conditional generation: ControlNet",
        "the zero convolutions are small, the trained copy of the way down is not (here more than half as "
        "many weights as the base has); what is spared is changing the base",
        test="test_a_control_net_is_no_small_addition",
    ),
]
