"""Two faces, and a third that takes the style of the one up to a layer and of the other from there on."""

import torch
import traitlets

from ..._validate import check_flag, check_int, check_number, check_seed
from ...gan.style import StyleGenerator
from ..shared.export import pack_numbers
from ..shared.face import Face
from .still import still

SOURCES = 8
N_AVERAGE = 2_000  # codes whose mean style is the centre of truncation


class StyleMixer(Face):
    """Mix the styles of two pictures layer by layer; the generator runs in the page, without a kernel.

    generator: a `gan.style.StyleGenerator`; seed: of the eight pictures that A and B are chosen from, of the
    noise and of the average style. Up to layer `start` the mix has A's style, from there on B's: 0 is all of
    B, the number of layers all of A. `psi` draws every style towards the average one (1 leaves it, 0 is the
    average), and `noisy` switches the noise inputs. `mixer.start`, `mixer.first`, `mixer.second`, `mixer.psi`
    and `mixer.noisy` follow what you do in the page. Raises TypeError for another kind of generator, and
    ValueError for a number out of range. Source: Karras et al. 2019, sections 3.1 and 3.2.
    """

    network = traitlets.Dict(read_only=True).tag(sync=True)
    sources = traitlets.List(read_only=True).tag(sync=True)
    average = traitlets.Unicode(read_only=True).tag(sync=True)
    noises = traitlets.List(read_only=True).tag(sync=True)
    start = traitlets.Any(3).tag(sync=True)
    first = traitlets.Any(0).tag(sync=True)
    second = traitlets.Any(1).tag(sync=True)
    psi = traitlets.Any(1.0).tag(sync=True)
    noisy = traitlets.Bool(True).tag(sync=True)

    def __init__(self, generator, start=3, first=0, second=1, psi=1.0, noisy=True, seed=0):
        check_flag("noisy", noisy)
        if not isinstance(generator, StyleGenerator):
            name = type(generator).__name__
            raise TypeError(f"generator must be a gan.style.StyleGenerator; got {name}.")
        self._last = len(generator.layers)
        dice = torch.Generator().manual_seed(check_seed("seed", seed))
        with torch.no_grad():
            w = generator.styles(torch.randn(SOURCES, generator.latent_dim, generator=dice))
            centre = generator.styles(torch.randn(N_AVERAGE, generator.latent_dim, generator=dice)).mean(0)
            noise = generator.noise(1, dice)
            values = {
                "network": _network(generator),
                "sources": [pack_numbers(_told(generator, one)) for one in w],
                "average": pack_numbers(_told(generator, centre)),
                "noises": [pack_numbers(part) for part in noise],
            }
        super().__init__(start=start, first=first, second=second, psi=psi, noisy=noisy)
        for name, value in values.items():
            self.set_trait(name, value)
        self._stilled = (generator, w, centre, noise)

    @traitlets.validate("start", "first", "second", "psi")
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "psi":
            return check_number("psi", value, 0, 1)
        return check_int(name, value, minimum=0, maximum=self._last if name == "start" else SOURCES - 1)

    def _alt(self):
        return (
            f"StyleMixer: two faces, A and B, and between them a face with A's style in the first "
            f"{self.start} of {self._last} layers and B's in the others; below, the mix for every layer from "
            "which B's style may start."
        )

    def _still(self):
        return still(*self._stilled, self.first, self.second, self.start, self.psi, self.noisy)


def _told(generator, w):
    """What the layers hear of one style w [D]: all scales and shifts, one behind the other.

    They are affine in w, so a truncated style's are the same mixture of w's and the average's.
    """
    return torch.cat([layer.style(w) for layer in generator.layers])


def _network(generator):
    """The synthesis as plain values: the constant, each layer's convolution and noise, and the colours."""
    layers = [
        {
            "widths": list(layer.convolution.weight.shape[1::-1]),
            "enlarge": layer.enlarge,
            "weight": pack_numbers(layer.convolution.weight, "float16"),
            "bias": pack_numbers(layer.convolution.bias),
            "strength": pack_numbers(layer.strength),
        }
        for layer in generator.layers
    ]
    colour = {name: pack_numbers(value) for name, value in generator.colour.named_parameters()}
    return {
        "constant": pack_numbers(generator.constant),
        "layers": layers,
        "colour": {**colour, "channels": generator.colour.out_channels},
    }
