"""The colours of highlighted code on a page, on light paper and on dark."""

from typing import ClassVar

from pygments.formatters import HtmlFormatter
from pygments.styles import get_style_by_name
from pygments.styles.default import DefaultStyle
from pygments.token import Token


class Light(DefaultStyle):
    """Pygments' own colours, but for two whose contrast on our grey is under the 4.5 that text needs."""

    styles: ClassVar = {
        **DefaultStyle.styles,
        Token.Operator.Word: "bold #7A00C4",
        Token.Name.Decorator: "#7A00C4",
        Token.Name.Label: "#707000",
    }


Dark = get_style_by_name("github-dark")


def css():
    """The rules for both, each for its own viewers; what is printed is light."""
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in (Light, Dark))
    return (
        f"@media print, (prefers-color-scheme: light) {{\n{light}\n}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    )
