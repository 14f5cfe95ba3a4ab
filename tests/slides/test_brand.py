"""An instructor's own logo and colours reach every deck, and what cannot be read is refused in a sentence."""

import base64
import re
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from contrast import contrast
from standalone import brand
from standalone.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]
SLIDE = "Words.\n\n## One\n\nA **word**.\n\nNote (1 min): Say it.\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
PAIR = re.compile(r"--(accent|second): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")


@pytest.fixture
def write(tmp_path):
    """Write brand/brand.toml, and a logo beside it; returns the folder."""
    folder = tmp_path / "brand"
    folder.mkdir()
    (folder / "logo.svg").write_text(SVG)
    (folder / "none.png").write_text(SVG)
    (folder / "large.svg").write_text(SVG + " " * 300_000)

    def write(text):
        (folder / "brand.toml").write_text(text, encoding="utf-8")
        return folder

    return write


def test_a_deck_without_a_brand_has_the_courses_look(build, tmp_path):
    assert brand.load(tmp_path / "brand") == brand.Brand()
    html = build(SLIDE)
    assert PAIR.findall(html) == [] and 'class="logo"' not in html
    assert "--accent: var(--data); --second: var(--model)" in html


def test_logo_and_colours_reach_the_deck(build, write):
    write('logo = "logo.svg"\nlogo_alt = "A & B"\naccent = "#7A1F5C"\nsecond = "#8a5a00"\n')
    html = build(SLIDE)
    logos = BeautifulSoup(html, "html.parser").select("section img.logo")
    assert [logo["alt"] for logo in logos] == ["A & B"]
    assert logos[0].find_parent("section")["class"] == ["title-slide"]
    assert base64.b64decode(logos[0]["src"].removeprefix("data:image/svg+xml;base64,")).decode() == SVG
    pairs = {name: pair for name, *pair in PAIR.findall(html)}
    assert pairs["accent"][0] == "#7a1f5c" and pairs["second"][0] == "#8a5a00"
    assert html.rindex("light-dark(#7a1f5c") > html.index("--accent: var(--data)"), "the last rule holds"


def test_every_accepted_colour_can_be_read_in_light_and_in_dark():
    light, dark = brand.grounds()
    assert len(light) == len(dark) == 2
    for colour in ("#000000", "#7a1f5c", "#005a8c", "#8a0000", "#0072b2"):
        said, turned = brand._pair("accent", colour)
        assert said == colour
        assert min(contrast(said, ground) for ground in light) >= 4.5
        assert min(contrast(turned, ground) for ground in dark) >= 4.5
    assert brand.towards_white("#204060", 0.5) == "#90a0b0"


def test_a_word_in_its_colour_is_as_far_from_its_ground_as_the_theme_says():
    """Grey #767676 is the lightest that WCAG lets stand on white; on the boxes' tint it no longer may."""
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    with pytest.raises(BuildError, match=r"#767676 has a contrast of 4\.1\d on #eef5fa, and text needs"):
        brand._pair("accent", "#767676")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accent = ", "brand.toml is not TOML"),
        ('colour = "#000000"', "takes logo, logo_alt, accent, second"),
        ("accent = 3", "got accent = 3"),
        ('accent = "blue"', "such as \"#0072b2\"; got 'blue'"),
        ('second = "#ffd500"', "take a darker one"),
        ('logo = "gone.svg"\nlogo_alt = "x"', "SVG or PNG file beside it; got 'gone.svg'"),
        ('logo = "brand.toml"\nlogo_alt = "x"', "SVG or PNG file beside it"),
        ('logo = "logo.svg"', "needs logo_alt"),
        ('logo = "none.png"\nlogo_alt = "x"', "is not what its name says"),
        ('logo = "large.svg"\nlogo_alt = "x"', "and 300 are the most"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(write, text, said):
    with pytest.raises(BuildError) as refused:
        brand.load(write(text))
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_the_example_is_one_that_works(tmp_path):
    text = (ROOT / "slides" / "brand" / "example.toml").read_text(encoding="utf-8")
    assert list(tomllib.loads(text)) == list(brand.KEYS)
    (tmp_path / "brand.toml").write_text(text, encoding="utf-8")
    (tmp_path / "logo.svg").write_text(SVG)
    made = brand.load(tmp_path)
    assert "University of Somewhere" in made.logo and len(PAIR.findall(made.css)) == 2


def test_a_refused_brand_stops_the_deck_by_its_name(tmp_path, build, write):
    write('accent = "#ffff00"')
    with pytest.raises(BuildError, match=r"99_small: brand\.toml: accent"):
        build(SLIDE)
