"""The map of big systems: what it names is there, its links lead somewhere, and it can be read."""

import importlib
import re
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from course_utils import systems
from course_utils.systems import SYSTEMS, Part, System

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from standalone import bibliography, deck  # noqa: E402
from standalone.errors import BuildError  # noqa: E402

PARTS = [part for system in SYSTEMS for part in system.parts]
CODE = sorted({part.code for part in PARTS if part.code})
LESSONS = sorted({part.lesson for part in PARTS if part.lesson})
TAUGHT = sorted({(part.lesson, part.code) for part in PARTS if part.lesson and part.code})
NAMES = [system.name for system in SYSTEMS]


def found(code):
    """What a public name of course_utils stands for."""
    *rooms, name = code.split(".")
    for part in (*rooms, name):
        assert not part.startswith("_")
    return getattr(importlib.import_module(".".join(["course_utils", *rooms])), name)


@pytest.mark.parametrize("code", CODE)
def test_a_part_that_the_course_has_is_a_public_function_or_class(code):
    assert callable(found(code)) and found(code).__doc__


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_that_is_pointed_to_is_there(lesson):
    assert (ROOT / "notebooks" / f"{lesson}.ipynb").exists()
    assert (ROOT / "notebooks" / "source" / f"{lesson}.py").exists()


@pytest.mark.parametrize(("lesson", "code"), TAUGHT)
def test_the_lesson_imports_from_the_room_that_the_part_is_in(lesson, code):
    text = (ROOT / "notebooks" / "source" / f"{lesson}.py").read_text(encoding="utf-8")
    imports = re.findall(r"^from course_utils[.\w]* import (?:\([^)]*\)|.*)", text, re.MULTILINE)
    assert any(re.search(rf"\b{code.split('.')[0]}\b", line) for line in imports)


def test_what_is_nearest_is_named_and_what_is_not_taught_has_no_name():
    assert all(part.same or part.code for part in PARTS)
    assert not [part for part in PARTS if part.code and not part.lesson]
    assert {part.name for part in PARTS if not part.lesson} == {"Prior", "Captions"}
    assert not any(part.same for part in PARTS if "frozen" in part.does), "no weights come from elsewhere"


def test_papers_are_written_as_the_decks_want_them():
    without = [system.name for system in SYSTEMS if not bibliography.ID.search(system.paper)]
    assert without == ["Sora"]  # a report on a web page
    assert len(set(NAMES)) == len(NAMES)


class TestHtml:
    PAGE = BeautifulSoup(systems.html(), "html.parser")

    def test_a_list_for_each_system_and_an_item_for_each_part(self):
        lists = self.PAGE.select("ol")
        assert [one["aria-label"] for one in lists] == NAMES
        for one, system in zip(lists, SYSTEMS, strict=True):
            boxes = one.select("li")
            assert [box.b.text for box in boxes] == [part.name for part in system.parts]
            for box, part in zip(boxes, system.parts, strict=True):
                assert part.does in box.text and part.code in box.text
                assert [link["href"] for link in box.select("a")] == [f"{part.lesson}.ipynb"] * bool(
                    part.lesson
                )

    def test_every_link_says_where_it_leads(self):
        for link in self.PAGE.select("li a"):
            assert f"lesson {link['href'][:2]}" in link.text
        papers = [link["href"] for link in self.PAGE.select("p a")]
        assert len(papers) == len(SYSTEMS) - 1 and all("doi.org/10.48550/arXiv.2" in one for one in papers)

    def test_on_a_page_its_links_lead_to_pages(self):
        from standalone.notebook import NOTEBOOK_LINK

        changed = NOTEBOOK_LINK.sub(r'href="\1.html', systems.html())
        assert changed.count('href="17_latent_diffusion.html"') > 5 and ".ipynb" not in changed

    def test_what_is_only_near_is_told_by_words_and_edge(self):
        for box, part in zip(self.PAGE.select("li"), PARTS, strict=True):
            there = part.same and bool(part.lesson)
            assert ("dashed" in box.contents[0]["style"]) == (not there)
            assert there or "nearest: " in box.text or "not in this course" in box.text

    def test_words_are_escaped(self, monkeypatch):
        odd = Part("<b>", "a & <i>", '"><x>', "a<.b", same=False)
        monkeypatch.setattr(systems, "SYSTEMS", [System('A "<s>"', "P <p>. arXiv:1234.56789", [odd])])
        for html in (systems.html(), systems.html(brief=True), systems.show()._repr_html_()):
            page = BeautifulSoup(html, "html.parser")
            assert page.select("x, i, s, li p, b b") == [] and page.ol["aria-label"] == 'A "<s>"'
            assert page.li.a["href"].startswith('"><x>')

    def test_it_takes_the_colours_of_where_it_stands(self):
        for part in re.findall(r'style="([^"]*)"', systems.html()):
            assert not re.search(r"(?<!-)\bcolor:(?!inherit)|background:#\w{6}(?!1A)\b", part)


class TestOnASlide:
    def test_no_blank_line_ends_the_block_and_links_lead_to_pages(self):
        html = deck._systems(["Sora", "", " DiT "])
        assert "\n\n" not in html.strip()
        page = BeautifulSoup(html, "html.parser")
        assert [one["aria-label"] for one in page.select("ol")] == ["Sora", "DiT"]
        assert {link["href"][:9] for link in page.select("a")} == {"../pages/"}
        assert {link["href"][-5:] for link in page.select("a")} == {".html"}

    def test_small_words_are_names_of_code_and_twenty_pixels(self):
        sizes = re.findall(r"(<\w+)[^>]*font-size:([^;\"]+)", systems.html(brief=True))
        assert set(sizes) == {("<ol", "1em"), ("<code", "20px")}

    def test_another_name_stops_the_build(self):
        with pytest.raises(BuildError, match=r"its systems: names must be one of .* got 'Soro'.*'Sora'"):
            deck._systems(["Soro"])


def test_in_a_terminal_it_is_a_line_a_system():
    lines = repr(systems.show(["SR3", "Sora"])).splitlines()
    assert len(lines) == 2 and lines[0].startswith("SR3: Condition")
    assert "Captions (not in this course)" in lines[1]


def test_a_link_needs_a_place_for_the_lesson():
    with pytest.raises(ValueError, match="link must have {}"):
        systems.html(link="page.html")
