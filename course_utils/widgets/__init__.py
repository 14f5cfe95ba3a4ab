"""Pictures that can be touched: a Python face with synced traits, a JavaScript body that draws."""

from .diffusion import DiffusionExplorer
from .divergence import DivergenceExplorer
from .elbo import ElboExplorer
from .guidance import GuidanceExplorer
from .latent import LatentExplorer
from .minimax import MinimaxExplorer
from .playground import GANPlayground
from .schedule import ScheduleExplorer
from .vae import VAEExplorer

__all__ = [
    "DiffusionExplorer", "DivergenceExplorer", "ElboExplorer", "GANPlayground", "GuidanceExplorer",
    "LatentExplorer", "MinimaxExplorer", "ScheduleExplorer", "VAEExplorer",
]  # fmt: skip
