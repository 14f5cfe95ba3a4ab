"""Real or fake as a person plays it: keys only, pointer only, against the clock, stopped, again, saved."""

import json

import alone
import canvas_texts
import pytest
import torch

from course_utils import metrics
from course_utils.classroom.answers import read_answers
from course_utils.widgets import RealOrFake

pytestmark = pytest.mark.browser

LEVELS = {None: 0.9, "VAE": 0.5, "GAN": 0.1}
MIDDLE = """(canvas) => {
  const data = canvas.getContext("2d").getImageData(canvas.width / 2 - 40, canvas.height / 2 - 15, 1, 1).data;
  return data[0] / 255;
}"""


def plain(rounds=3, **options):
    """Each kind in a grey of its own, so that a test sees what it is shown."""
    real, *fakes = (torch.full((12, 1, 8, 8), level) for level in LEVELS.values())
    return RealOrFake(real, dict(zip(("VAE", "GAN"), fakes, strict=True)), rounds, **options)


def kind(page):
    """Which kind is on show: "real", a model's name, or None where it is neither."""
    level = page.locator("canvas").evaluate(MIDDLE)
    for name, wanted in LEVELS.items():
        if abs(level - wanted) < 0.01:
            return name or "real"
    return None


def wait_for_picture(page, number):
    page.wait_for_function(
        "(n) => document.querySelector('.course-summary').textContent.includes(`Picture ${n} of`)", arg=number
    )
    for _ in range(200):
        if kind(page):
            return kind(page)
        page.evaluate(alone.NEXT_FRAME)
    raise AssertionError(f"picture {number} does not come")


def play(page, answer, rounds=3):
    """Play a game that has begun; answer(kind) gives the answer; returns the kinds shown."""
    shown = []
    for number in range(1, rounds + 1):
        shown.append(wait_for_picture(page, number))
        answer(shown[-1])
        page.evaluate(alone.NEXT_FRAME)
    return shown


def by_key(page, real="j", fake="f"):
    return lambda shown: page.keyboard.press(real if shown == "real" else fake)


def sent(page):
    return page.evaluate("() => window.sent ?? []")


def test_by_keys_alone_from_start_to_again(show):
    page = show(plain())
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    shown = play(page, by_key(page))
    (message,) = sent(page)
    answers = message["answers"]
    assert [one["model"] or "real" for one in answers] == shown
    assert all(one["said"] == ("real" if one["real"] else "fake") for one in answers)
    assert all(0 <= one["ms"] < 5000 and one["ms"] == int(one["ms"]) for one in answers)
    said = alone.text(page)
    assert said.startswith("3 of 3 right.")
    found = metrics.told_apart(answers)
    for name, row in found["models"].items():
        assert f"{name} {row['n']} of {row['n']}: 100 % ({100 * row['low']:.0f} to 100)" in said
        if found["real"]["n"]:
            assert f"d′ {row['d_prime']:.2f}".replace("-", "−") in said
    page.keyboard.press(" ")
    assert alone.text(page).startswith("3 pictures.")
    page.keyboard.press(" ")
    play(page, by_key(page, real="ArrowRight", fake="ArrowLeft"))
    assert len(sent(page)) == 2 and alone.text(page).startswith("3 of 3 right.")


def test_by_the_pointer_alone(show):
    page = show(plain())
    alone.press(page, "Start")
    shown = play(page, lambda kind: alone.press(page, "Fake (F, ←)" if kind == "real" else "Real (J, →)"))
    answers = sent(page)[0]["answers"]
    assert [one["model"] or "real" for one in answers] == shown
    assert alone.text(page).startswith("0 of 3 right.")
    assert all(not button.is_visible() for button in page.locator(".course-answer").all())
    alone.press(page, "Again")
    assert page.get_by_role("button", name="Start").is_visible()


def test_after_a_click_the_keys_still_answer_and_one_held_down_answers_once(show):
    page = show(plain())
    alone.press(page, "Start")
    wait_for_picture(page, 1)
    page.get_by_role("button", name="Fake").focus()
    page.keyboard.down("j")
    wait_for_picture(page, 2)
    for _ in range(5):
        page.keyboard.down("j")  # what is down already repeats
    page.evaluate(alone.NEXT_FRAME)
    assert "Picture 2 of 3" in alone.text(page)
    page.keyboard.up("j")
    page.keyboard.press("j")
    wait_for_picture(page, 3)


def test_nothing_shown_or_written_tells_what_a_picture_is(show):
    page = show(plain())
    names = ("VAE", "GAN", "source", "model")
    label = page.locator("canvas").get_attribute("aria-label")
    page.locator("canvas").focus()
    page.keyboard.press(" ")

    def answer(shown):
        html = page.locator(".course-widget").evaluate("(root) => root.outerHTML").replace(label, "")
        assert not any(name in html for name in names)
        assert alone.text(page).endswith("real or fake?")
        assert "answers" not in json.dumps(page.evaluate("() => window.saved ?? {}")) and not sent(page)
        page.keyboard.press("f")

    play(page, answer)
    assert page.locator("canvas").get_attribute("aria-label") == label


@pytest.mark.parametrize("seconds", [0.5, 0.2])
def test_a_picture_stays_as_long_as_was_asked_and_can_be_answered_after(show, seconds):
    page = show(plain(exposure=seconds, rounds=2))
    page.evaluate(
        """() => {
          const canvas = document.querySelector("canvas"), seen = (window.seen = []);
          const look = (now) => {
            const level = (MIDDLE)(canvas);
            if (level < 0.95 && level > 0) seen.push(now);
            if (seen.length < 1000) requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }""".replace("MIDDLE", MIDDLE)
    )
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    wait_for_picture(page, 1)
    page.wait_for_timeout(1000 * seconds + 600)
    assert kind(page) is None
    first, last = page.evaluate("() => [window.seen[0], window.seen.at(-1)]")
    # The last frame that was seen to show it starts a frame before its end; a busy machine adds some.
    assert seconds - 0.05 < (last - first) / 1000 < seconds + 0.25
    page.keyboard.press("f")
    wait_for_picture(page, 2)
    alone.press(page, "Stop")
    assert sent(page)[0]["answers"][0]["ms"] > 1000 * seconds


def test_too_early_is_no_answer(show):
    page = show(plain())
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    page.keyboard.press("f")
    page.evaluate(alone.NEXT_FRAME)
    assert "too early" in alone.text(page)
    wait_for_picture(page, 1)
    assert "too early" not in alone.text(page)


def test_stopped_early_the_answers_so_far_count_and_without_one_none(show):
    page = show(plain())
    alone.press(page, "Start")
    alone.press(page, "Stop")
    assert alone.text(page).startswith("3 pictures.") and not sent(page)
    alone.press(page, "Start")
    wait_for_picture(page, 1)
    page.keyboard.press("f")
    wait_for_picture(page, 2)
    alone.press(page, "Stop")
    assert len(sent(page)[0]["answers"]) == 1
    assert " of 1 right." in alone.text(page) and "none shown" in alone.text(page)


def test_feedback_comes_when_asked_for_with_a_sign_and_a_word(show, page):
    page.add_init_script(canvas_texts.WATCH)
    show(plain(seed=4))
    alone.press(page, "Tell me after each")
    assert alone.saved(page, "feedback") == [True]
    alone.press(page, "Start")
    shown = wait_for_picture(page, 1)
    page.keyboard.press("j")
    page.evaluate(alone.NEXT_FRAME)
    truth = "it is real" if shown == "real" else f"it was made by {shown}"
    verdict = f"{'Right' if shown == 'real' else 'Wrong'}: {truth}"
    assert alone.text(page).startswith(verdict)
    assert f"{'✓' if shown == 'real' else '✗'} {verdict}" in page.evaluate("() => window.written")


def test_saving_is_asked_for_and_gives_the_answers_alone(show, tmp_path):
    page = show(plain())
    alone.press(page, "Start")
    play(page, by_key(page))
    with page.expect_download() as download:
        alone.press(page, "Save answers")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "real-or-fake-answers.json"
    assert read_answers(path) == sent(page)[0]["answers"]
    assert alone.text(page).endswith("Saved as real-or-fake-answers.json.")
    kept = "() => [localStorage.length, sessionStorage.length, document.cookie]"
    assert page.evaluate(kept) == [0, 0, ""]


def test_the_arrows_choose_the_time_and_python_follows_and_leads(show):
    page = show(plain())
    page.locator("canvas").focus()
    for key, exposure in (("ArrowLeft", 2), ("ArrowLeft", 0.5), ("ArrowLeft", 0.5), ("ArrowRight", 2)):
        page.keyboard.press(key)
        page.evaluate(alone.NEXT_FRAME)
        assert alone.saved(page, "exposure") == [exposure]
        assert f"shown for {exposure} s" in alone.text(page)
    alone.press(page, "until you answer")
    assert alone.saved(page, "exposure") == [None] and "until you answer" in alone.text(page)
    page = show(plain(exposure=1.5))
    assert page.get_by_role("button", name="1.5 s").get_attribute("aria-pressed") == "true"


def test_the_pixels_are_enlarged_by_a_whole_number_and_stay_sharp(show):
    page = show(RealOrFake(torch.eye(8).expand(4, 1, 8, 8), {"A": torch.eye(8).expand(4, 1, 8, 8)}, 4))
    alone.press(page, "Start")
    page.wait_for_timeout(900)
    colours = page.locator("canvas").evaluate(
        """(canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const at = (x, y) => data[4 * (y * canvas.width + x)];
          const rows = Array.from({ length: canvas.height }, (_, y) => y);
          const black = (x) => rows.filter((y) => at(x, y) === 0).length;
          return [Math.round(canvas.width / 2) - 5, Math.round(canvas.width / 2) + 60].map(black);
        }"""
    )
    assert colours[0] == colours[1] and colours[0] % 7 == 0 and colours[0] / 7 > 30


def test_the_focus_stays_in_the_widget_when_a_button_goes(show):
    page = show(plain(rounds=1))
    alone.press(page, "Start")
    assert page.evaluate("() => document.activeElement.tagName") == "CANVAS"
    wait_for_picture(page, 1)
    page.get_by_role("button", name="Fake").focus()
    page.keyboard.press("Enter")
    page.evaluate(alone.NEXT_FRAME)
    assert page.evaluate("() => document.activeElement.tagName") == "CANVAS"


def test_stopped_for_good_the_clock_stands(show):
    page = show(plain())
    alone.press(page, "Start")
    page.evaluate("() => window.stop()")
    page.wait_for_timeout(800)
    assert kind(page) is None


def test_the_result_fits_at_every_width(show, page):
    page.add_init_script(canvas_texts.WATCH)
    real = torch.rand(20, 1, 8, 8)
    names = ["VAE", "A diffusion model with a name that is long", "GAN", "W" * 60]
    show(RealOrFake(real, dict.fromkeys(names, real), 20, seed=1))
    alone.press(page, "Start")
    for number in range(1, 5):
        page.wait_for_function(
            "(n) => document.querySelector('.course-summary').textContent.includes(`Picture ${n} of`)",
            arg=number,
        )
        page.wait_for_timeout(700)
        page.keyboard.press("fj"[number % 2])
    alone.press(page, "Stop")
    for width in (320, 480, 640, 700, 900):
        alone.resize(page, width)
        assert page.evaluate("() => document.querySelector('.course-widget').scrollWidth") <= width
    assert page.evaluate("() => window.cut") == []
