"""Pictures as one JPEG and attention as bytes: what a page can unpack by itself."""

import io

from PIL import Image

from ..shared.export import encode

QUALITY = 90


def pack_pictures(pictures):
    """uint8 [S, N, 3, H, W] as a JPEG in a data: address: a row for each S, a column for each N.

    Every channel keeps its full resolution, and no block of 8 x 8 pixels lies over two pictures.
    """
    scales, count, channels, height, width = pictures.shape
    rows = pictures.cpu().permute(0, 3, 1, 4, 2).reshape(scales * height, count * width, channels)
    packed = io.BytesIO()
    Image.fromarray(rows.numpy()).save(packed, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return f"data:image/jpeg;base64,{encode(packed.getvalue())}"


def pack_attention(attention, words):
    """uint8 [N, L, H, W] as {"side": H, "data": bytes in base64}: only of tokens in words, bool [N, L]."""
    return {"side": attention.shape[2], "data": encode(attention.cpu()[words].numpy().tobytes())}
