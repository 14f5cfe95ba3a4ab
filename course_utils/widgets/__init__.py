"""Pictures that can be touched: a Python face with synced traits, a JavaScript body that draws."""

from .divergence import DivergenceExplorer
from .latent import LatentExplorer

__all__ = ["DivergenceExplorer", "LatentExplorer"]
