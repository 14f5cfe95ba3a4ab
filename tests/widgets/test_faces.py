"""What holds for every widget that there is: a sentence, a still picture, a state that a notebook keeps."""

import io
import json

import pytest
from PIL import Image
from widget_examples import FACES, example


@pytest.fixture(params=FACES)
def widget(request):
    return example(request.param)


def test_where_nothing_runs_there_are_a_sentence_and_a_picture(widget):
    first, second = (widget._repr_mimebundle_() for _ in range(2))
    bundle, metadata = first
    alt = bundle["text/plain"]
    assert alt == metadata["image/png"]["alt"] == second[0]["text/plain"]
    assert alt.startswith(f"{type(widget).__name__}: "), "_alt() begins with the class's name and a colon"
    assert alt.endswith("."), "_alt() is a sentence"
    assert bundle["image/png"] == second[0]["image/png"], "two stills of one state differ"
    assert len(bundle["image/png"]) < 60_000, "a still larger than 60 kB makes notebooks heavy"
    assert len(Image.open(io.BytesIO(bundle["image/png"])).convert("RGB").getcolors(100_000)) > 2


def test_the_state_survives_json(widget):
    state = {name: value for name, value in widget.get_state().items() if name[0] != "_" and name != "layout"}
    assert json.loads(json.dumps(state)) == state
