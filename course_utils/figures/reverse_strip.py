"""A strip of the reverse process that grows while a sampler walks."""

import torch
from IPython.display import display

from .alt_text import alt_text
from .style import picture, subplots


class ReverseStrip:
    """Given to a sampler as `watch`, it draws one row an image and one column a look, from noise to picture.

    title, alt: of the figure (alt: its text or the name of one); steps: how many steps the sampler takes;
    columns: how many of the noisy images are shown. The last column is the guess of the last step, which is
    what the sampler returns. Images in [-1, 1], [B, 1, H, W] or [B, 3, H, W].
    """

    def __init__(self, title, alt, steps, columns=8):
        self.title, self.words, self.step = title, alt_text(alt), 0
        self.looks = torch.linspace(0, steps - 1, min(columns, steps)).round().int().tolist()
        self.times, self.steps, self.sheet, self.shown = [], steps, None, None

    def __call__(self, t, x_t, x0):
        """Look at one step: its number t, the noisy images and the guess of the clean ones."""
        if self.sheet is None:
            self._open(x_t)
        if self.step in self.looks:
            self._fill(len(self.times), x_t)
            self.times.append(f"t = {t}")
        self.step += 1
        if self.step == self.steps:
            self._fill(len(self.looks), x0)
            self.times.append("drawn")
        if self.step - 1 in self.looks:
            side = x_t.shape[-1]
            self.ax.set_xticks([(k + 0.5) * side - 0.5 for k in range(len(self.times))], self.times)
            self.picture.set_data(self.sheet.permute(1, 2, 0).numpy())
            if self.shown is not None:  # display hands nothing back outside a notebook
                self.shown.update(picture(self.fig, self.words), raw=True)

    def _open(self, x_t):
        count, _, height, width = x_t.shape
        columns = len(self.looks) + 1
        self.sheet = torch.ones(3, count * height, columns * width)
        self.fig, self.ax = subplots(figsize=(1.05 * columns, 1.05 * count + 0.9))
        self.ax.set(yticks=[], xticks=[], title=self.title, xlabel="step")
        self.ax.spines[:].set_visible(False)
        self.picture = self.ax.imshow(self.sheet.permute(1, 2, 0).numpy())
        self.shown = display(picture(self.fig, self.words), display_id=True, raw=True)

    def _fill(self, column, images):
        width = images.shape[-1]
        pixels = ((images.detach().cpu() + 1) / 2).clamp(0, 1).expand(-1, 3, -1, -1)
        rows = pixels.permute(1, 0, 2, 3).reshape(3, -1, width)
        self.sheet[:, :, column * width : (column + 1) * width] = rows
