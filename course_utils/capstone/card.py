"""A model card: what a model is for, what it was made from, how good it is, and where it fails."""

import re

from .._validate import check_text

# Heading -> what belongs under it (after Mitchell et al. 2019, Model Cards for Model Reporting).
FIELDS = {
    "Model": "Its family, its parts, its number of weights, and one sentence on how it draws a sample.",
    "Data": "Where they come from, how many, what was left out, how they were split, and who is in them.",
    "Intended use": "What it is for, and what it must not be used for.",
    "Training": "Loss, steps or seconds, machine, seeds, and what was chosen by looking at which data.",
    "Evaluation": "Each measure with its number of samples and an interval over seeds, beside a baseline.",
    "Failure cases": "What breaks it, with the settings that show it.",
    "Memorisation": "How near its samples lie to the training images, beside held-out images.",
    "Licence": "Under which licence the data, the code and the weights may be used, and by whom.",
}
_SHORTEST = 4  # words that a field holds at least


def card_template():
    """The empty model card: markdown, a heading for each field, below it in <...> what belongs there."""
    return "# Model card\n\n" + "\n\n".join(f"## {name}\n\n<{asks}>" for name, asks in FIELDS.items()) + "\n"


def missing_fields(card):
    """The names of the card's fields that are not filled, in order: a list, empty where all are.

    card: markdown text. A field is filled where its heading stands and at least four words of one's own
    follow; what the template says is not, in <...> or without. Raises TypeError for what is no text.
    """
    sections = _sections(check_text("card", card))
    own = {name: sections.get(name.lower(), "").replace(asks, "") for name, asks in FIELDS.items()}
    return [name for name, text in own.items() if len(text.split()) < _SHORTEST]


def _sections(card):
    """{heading: text below it}, without what stands in <...>, which is the template's."""
    found = {}
    for heading, text in re.findall(
        r"^#{2,3} +(.+?) *\n(.*?)(?=^#{1,3} |\Z)", card, re.MULTILINE | re.DOTALL
    ):
        found[heading.lower().rstrip(":")] = re.sub(r"<[^>]*>", "", text)
    return found
