"""The builders live in tools/, which is a folder of scripts and no package that is installed."""

import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

FRONT = """---
title: A small deck
lesson: "99"
cites:
  - A. Author, A lecture, 2020
  - B. Writer, Another lecture, 2021
---
"""


@pytest.fixture
def build(tmp_path):
    """Build a deck from the text after its front matter; returns the page's HTML."""
    from standalone import deck

    def build_text(text, front=FRONT):
        path = tmp_path / "99_small.md"
        path.write_text(front + text, encoding="utf-8")
        return deck.build(path)

    return build_text
