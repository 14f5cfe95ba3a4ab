"""What the big systems are made of, part by part, and which lesson of this course teaches each part."""

import re
from html import escape
from typing import NamedTuple

from ._validate import check_choice, check_flag, check_kind, check_text

# The lessons, by their notebooks' names, that a part may point to.
REVERSE, SCORES, GUIDANCE = "11_reverse_diffusion", "13_scores_and_samplers", "14_guidance"
CONDITIONS, LATENT = "15_images_as_conditions", "17_latent_diffusion"


class Part(NamedTuple):
    """A part of a system: its name, what it does, and what the course has of it.

    lesson: the name of the notebook that teaches it, "" where none does; code: the public name that is this
    part, in course_utils, "" where there is none; same: False where that is only the nearest thing to it.
    """

    name: str
    does: str
    lesson: str = ""
    code: str = ""
    same: bool = True


class System(NamedTuple):
    """A system: its name, the paper (a deck's line, with its number last), and its Parts as the data go."""

    name: str
    paper: str
    parts: list


CLIP = Part(
    "Text encoder", "CLIP's, trained before and frozen", LATENT, "text.TextEncoder", same=False
)  # ours has seen no other texts, and learns with the rest
WORDS = Part("Guidance", "with the words against without", GUIDANCE, "diffusion.guidance.mixed")
DECODER = Part("Decoder", "from the code to pixels", LATENT, "latent.KLAutoencoder")

SYSTEMS = [
    System(
        "Stable Diffusion",
        "Rombach et al., High-resolution image synthesis with latent diffusion models, 2022. "
        "arXiv:2112.10752",
        [
            CLIP,
            Part(
                "Base model",
                "a U-Net in a code of 4 x 64 x 64; cross-attention to 77 tokens",
                LATENT,
                "diffusion.TextUNet",
            ),
            Part(
                "ControlNet",
                "if wanted: an outline or a pose, too",
                CONDITIONS,
                "diffusion.control.ControlledUNet",
            ),
            WORDS,
            Part("Sampler", "DDIM, or one that keeps earlier answers", SCORES, "diffusion.samplers.ddim"),
            DECODER._replace(does="from the code to 3 x 512 x 512 pixels"),
        ],
    ),
    System(
        "DALL-E 2",
        "Ramesh et al., Hierarchical text-conditional image generation with CLIP latents, 2022. "
        "arXiv:2204.06125",
        [
            CLIP,
            Part("Prior", "diffusion from the text's vector to an image's, in CLIP's space"),
            Part(
                "Base model",
                "a U-Net at 64 x 64, told the image's vector",
                LATENT,
                "diffusion.TextUNet",
                same=False,
            ),
            WORDS._replace(does="with vector and words against without"),
            Part(
                "Sampler",
                "with fresh noise; in the upsamplers DDIM",
                SCORES,
                "diffusion.samplers.ddim",
            ),
            Part(
                "Cascade",
                "two upsamplers, to 256 and 1024; they see the smaller image, damaged, and no words",
                CONDITIONS,
                "diffusion.UNet",
                same=False,
            ),
        ],
    ),
    System(
        "Imagen",
        "Saharia et al., Photorealistic text-to-image diffusion models with deep language understanding, "
        "2022. arXiv:2205.11487",
        [
            CLIP._replace(does="T5-XXL, trained on text alone and frozen"),
            Part("Base model", "a U-Net at 64 x 64; cross-attention", LATENT, "diffusion.TextUNet"),
            WORDS._replace(does="at a large scale; each guess of the image is rescaled into its range"),
            Part("Sampler", "with fresh noise, or DDIM", REVERSE, "diffusion.samplers.ddpm"),
            Part(
                "Cascade",
                "two upsamplers, to 256 and 1024; they see the smaller image, noised, and the words",
                CONDITIONS,
                "diffusion.UNet",
                same=False,
            ),
        ],
    ),
    System(
        "GLIDE",
        "Nichol et al., GLIDE: towards photorealistic image generation and editing with text-guided "
        "diffusion models, 2021. arXiv:2112.10741",
        [
            Part("Text encoder", "a transformer that learns with the rest", LATENT, "text.TextEncoder"),
            Part(
                "Base model",
                "a U-Net at 64 x 64; pixels attend to pixels and words at once",
                LATENT,
                "diffusion.TextUNet",
                same=False,
            ),
            WORDS,
            Part("Sampler", "with fresh noise, in part of the steps", REVERSE, "diffusion.samplers.ddpm"),
            Part(
                "Upsampler",
                "to 256; it sees the smaller image and the words",
                CONDITIONS,
                "diffusion.UNet",
                same=False,
            ),
        ],
    ),
    System(
        "SR3",
        "Saharia et al., Image super-resolution via iterative refinement, 2021. arXiv:2104.07636",
        [
            Part("Condition", "the small image, enlarged, as more channels", CONDITIONS),
            Part("Base model", "a U-Net, told how noisy its input is", CONDITIONS, "diffusion.UNet"),
            Part("Sampler", "with fresh noise", REVERSE, "diffusion.samplers.ddpm"),
            Part(
                "Cascade",
                "if wanted: two in a row, 64 to 256 to 1024",
                CONDITIONS,
                "diffusion.UNet",
                same=False,
            ),
        ],
    ),
    System(
        "DiT",
        "Peebles & Xie, Scalable diffusion models with transformers, 2023. arXiv:2212.09748",
        [
            Part("Patches", "2 x 2 of Stable Diffusion's code", LATENT, "diffusion.dit.patchify"),
            Part("Base model", "a transformer; the label in its norms", LATENT, "diffusion.DiT"),
            WORDS._replace(does="with the label against without", code="diffusion.guidance.classifier_free"),
            Part("Sampler", "with fresh noise, 250 steps", REVERSE, "diffusion.samplers.ddpm"),
            DECODER,
        ],
    ),
    System(
        "Sora",
        "Brooks et al., Video generation models as world simulators, OpenAI, 2024",
        [
            Part("Captions", "short requests made long by a language model"),
            Part(
                "Base model",
                "a transformer on patches in space and time; sizes not published",
                LATENT,
                "diffusion.SpaceTimeDiT",
                same=False,
            ),
            Part(
                "Decoder",
                "from a code that is smaller in space and in time",
                LATENT,
                "latent.KLAutoencoder",
                same=False,
            ),
        ],
    ),
    System(
        "Latent consistency models",
        "Luo et al., Latent consistency models: synthesizing high-resolution images with few-step "
        "inference, 2023. arXiv:2310.04378",
        [
            CLIP,
            Part(
                "Student",
                "Stable Diffusion's net, made consistent; told the scale of guidance",
                LATENT,
                "diffusion.consistency.consistent",
            ),
            Part("Low rank", "or only a small change of its weights (LCM-LoRA)", LATENT, "lora.add_lora"),
            Part("Sampler", "two to four steps, each to the end", LATENT, "diffusion.consistency.sample"),
            DECODER,
        ],
    ),
]

LEGEND = "Solid edge: this part is in the course. Dashed: only what comes nearest to it, or nothing."
SHORT_LEGEND = "Dashed: the course has only what comes nearest, or nothing."
PLACE = re.compile(r"(?<=\.)|(?<=[a-z])(?=[A-Z])")  # where a long name may go on in another line
ARXIV = re.compile(r"arXiv:(\d{4}\.\d{5})$")
# Styles of its own, for JupyterLab knows no style sheet of ours: the theme's colours, light or dark.
BLUE = "#0072B2"
ROW = (
    "display:grid;grid-template-columns:repeat(auto-fit,minmax(min({least},100%),1fr));gap:{gap};"
    "margin:.2em 0 {below};padding:0;list-style:none;font-size:{size}"
)
BOX = (
    "display:block;height:100%;box-sizing:border-box;padding:.3em .35em .3em .45em;border-radius:.3em;"
    "color:inherit;text-decoration:none;line-height:1.3;overflow-wrap:break-word"
)
WIDE = {"least": "9em", "gap": ".5em", "below": ".9em", "size": ".85em"}
NARROW = {"least": "6.2em", "gap": ".3em", "below": ".5em", "size": "1em"}  # on a slide
LOOKS = {True: f"border:2px solid {BLUE};background:{BLUE}1A", False: "border:2px dashed #8A8A8A"}
CODE = "display:block;background:none;padding:0;color:inherit;line-height:1.15;font-size:{size}"


class _Map:
    """What `show` returns: a picture of boxes in a notebook, plain lines in a terminal."""

    def __init__(self, systems):
        self.systems = systems

    def _repr_html_(self):
        return _html(self.systems, "{}.ipynb", brief=False)

    def __repr__(self):
        return "\n".join(_line(system) for system in self.systems)


def show(names=None):
    """A map of the big systems: a row a system, a box a part, each a link to the lesson that teaches it.

    names: a list of names of SYSTEMS, or None for all of them. Raises ValueError for another name. What is
    returned is displayed where it is the last line of a cell.
    """
    return _Map(_chosen(names))


def html(names=None, link="{}.ipynb", brief=False):
    """The map as HTML, without a blank line, so that it may stand in Markdown.

    names: as in `show`; link: an address with {} for the name of a lesson, as for a deck
    "../pages/{}.html"; brief: for a slide, without the papers, what each part does, and the name of the
    room `diffusion`. Two systems fill a slide, or three with no more than five parts each.
    """
    check_flag("brief", brief)
    if "{}" not in check_text("link", link):
        raise ValueError(f"link must have {{}} where the lesson's name goes; got {link!r}.")
    return _html(_chosen(names), link, brief)


def _chosen(names):
    if names is None:
        return SYSTEMS
    check_kind("names", names, list | tuple, "a list of names, or None")
    known = {system.name: system for system in SYSTEMS}
    return [known[check_choice("names", name, known)] for name in names]


def _line(system):
    parts = (f"{part.name} ({part.code or 'not in this course'})" for part in system.parts)
    return f"{system.name}: {' > '.join(parts)}"


def _html(systems, link, brief):
    rows = "".join(_row(system, link, brief) for system in systems)
    legend = SHORT_LEGEND if brief else LEGEND
    return f'<div class="systems">{rows}<p style="margin:0">{legend}</p></div>'


def _row(system, link, brief):
    name = escape(system.name)
    style = ROW.format(**(NARROW if brief else WIDE))
    boxes = "".join(f'<li style="margin:0">{_box(part, link, brief)}</li>' for part in system.parts)
    paper = "" if brief else f'<br><span style="font-size:.85em">{_paper(system.paper)}</span>'
    return (
        f'<p style="margin:0;line-height:1.3"><strong style="color:inherit">{name}</strong>{paper}</p>'
        f'<ol aria-label="{name}" style="{style}">{boxes}</ol>'
    )


def _paper(text):
    """A paper's line with its number as a link: arXiv gives every paper a DOI of its own."""
    found = ARXIV.search(text)
    if not found:
        return escape(text)
    address = f"https://doi.org/10.48550/arXiv.{found[1]}"
    return f'{escape(text[: found.start()])}<a href="{address}">{found[0]}</a>'


def _box(part, link, brief):
    number = part.lesson[:2]
    code = ("" if part.same else "nearest: ") + part.code
    if brief and number:
        code = f"{code.replace('diffusion.', '')} ({number})" if part.code else f"lesson {number}"
    name, size = escape(part.name), CODE.format(size="20px" if brief else ".95em")
    inside = name if brief else f"<b>{name}</b><br>{escape(part.does)}"
    if part.code or (brief and number):
        inside += f'<code style="{size}">{PLACE.sub("<wbr>", escape(code))}</code>'
    else:
        inside += "<br>" + ("" if number else "not taught" if brief else "not in this course")
    if number and not brief:
        inside += f'<span style="text-decoration:underline">lesson {number}</span>'
    style = f"{BOX};{LOOKS[bool(number) and part.same]}"
    if not number:
        return f'<span style="{style}">{inside}</span>'
    return f'<a href="{escape(link.format(part.lesson))}" style="{style}">{inside}</a>'
