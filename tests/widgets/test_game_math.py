"""The game in the page against Python: intervals, d', times, who is shown when, and the file of answers."""

import itertools
import json
import random
from statistics import NormalDist, median

import pytest

from course_utils import metrics
from course_utils.classroom.answers import read_answers

MATH, STREAM = "game/math.js", "shared/random.js"


def answers(seed=0, n=40, models=("VAE", "GAN", "flow")):
    dice = random.Random(seed)
    drawn = []
    for _ in range(n):
        model = dice.choice([None, None, *models])
        said = dice.choice(["real", "fake"])
        drawn.append({"model": model, "real": model is None, "said": said, "ms": dice.randrange(200, 3000)})
    return drawn


def test_the_quantile_is_pythons(node):
    shares = [1e-12, 1e-5, 0.02, 0.074, 0.076, 0.3, 0.5, 0.7, 0.925, 0.98, 0.5 / 5001, 1 - 1e-9]
    found = node("shared/special.js", "input.shares.map((p) => m.normalQuantile(p))", shares=shares)
    assert found == pytest.approx([NormalDist().inv_cdf(p) for p in shares], rel=2e-7, abs=1e-12)


def test_wilsons_interval_is_pythons(node):
    counts = [(0, 1), (1, 1), (7, 9), (0, 12), (12, 12), (50, 100), (1, 999)]
    found = node(MATH, "input.counts.map(([k, n]) => m.wilson(k, n))", counts=counts)
    wanted = [metrics.wilson_interval(k, n) for k, n in counts]
    assert [end for pair in found for end in pair] == pytest.approx([end for pair in wanted for end in pair])


def test_d_prime_is_pythons(node):
    counts = [(3, 4, 1, 6), (0, 5, 5, 5), (20, 25, 10, 25), (9, 9, 0, 1), (0, 500, 0, 500)]
    found = node(MATH, "input.counts.map((four) => m.dPrime(...four))", counts=counts)
    assert found == pytest.approx([metrics.d_prime(*four) for four in counts], abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_all_that_the_answers_say_is_pythons(node, n):
    given, names = answers(seed=n, n=n), ["VAE", "GAN", "flow", "unseen"]
    found = {
        row["name"]: row
        for row in node(MATH, "m.toldApart(input.given, input.names)", given=given, names=names)
    }
    wanted = metrics.told_apart(given)
    pairs = [(found[None], wanted["real"]), *((found[name], row) for name, row in wanted["models"].items())]
    for page, python in pairs:
        assert (page["n"], page["saidFake"]) == (python["n"], python["said_fake"])
        for theirs, ours in (
            ("rate",) * 2,
            ("low",) * 2,
            ("high",) * 2,
            ("seconds",) * 2,
            ("dPrime", "d_prime"),
        ):
            assert page[theirs] == pytest.approx(python[ours], abs=1e-6)
    assert found["unseen"]["n"] == 0 and found["unseen"]["rate"] is None


def test_the_median_is_pythons(node):
    lists = [[3], [4, 1], [9, 1, 5], [10, 2, 8, 4]]
    assert node(MATH, "input.lists.map((one) => m.median(one))", lists=lists) == [
        median(one) for one in lists
    ]


DEAL = """(() => Array.from({ length: input.games }, (_, i) =>
  m.deal(m.stream(m.subSeed(3, i)).uniform, input.rounds, input.counts)))()"""


def test_a_coin_decides_each_picture_and_none_comes_twice(node):
    games = node([MATH, STREAM], DEAL, games=2000, rounds=20, counts=[20, 9, 7, 8])
    real = [[one["source"] == 0 for one in game] for game in games]
    totals = [sum(game) for game in real]
    n = 2000 * 20
    assert abs(sum(totals) - n / 2) < 5 * (n / 4) ** 0.5
    mean = sum(totals) / 2000  # binomial, not half and half: the variance is 20 / 4
    assert sum((total - mean) ** 2 for total in totals) / 1999 == pytest.approx(5, rel=0.2)
    for place in range(20):
        assert abs(sum(game[place] for game in real) - 1000) < 5 * 500**0.5
    changes = sum(a != b for game in real for a, b in itertools.pairwise(game))
    assert abs(changes - 2000 * 19 / 2) < 5 * (2000 * 19 / 4) ** 0.5  # one tells nothing of the next
    for game in games:
        shown = [(one["source"], one["index"]) for one in game]
        assert len(set(shown)) == 20
        assert all(0 <= index < [20, 9, 7, 8][source] for source, index in shown)


ORDERS = """(() => {
  Object.assign(globalThis, { requestAnimationFrame: () => 1, cancelAnimationFrame: () => 0 });
  const nothing = () => {};
  const root = { contains: () => false };
  const page = { canvas: { focus: nothing }, root, changed: nothing, now: nothing };
  const sources = [40, 20, 20].map((count, i) => ({ name: String(i), count }));
  return input.seeds.map((seed) => {
    const state = { seed, rounds: 20, games: 0, sources, answers: [] };
    const { begin } = m.game({ ...page, state });
    return [0, 1].map(() => (begin(), state.dealt.map(({ source, index }) => 100 * source + index)));
  });
})()"""


def test_a_seed_repeats_its_games_and_without_one_nobody_foresees_them(node):
    first, again, other, free, freer = node("game/play.js", ORDERS, seeds=[3, 3, 4, None, None])
    assert first == again
    games = [tuple(game) for pair in (first, other, free, freer) for game in pair]
    assert len(set(games)) == 8


def test_the_models_take_turns_in_a_drawn_order(node):
    games = node([MATH, STREAM], DEAL, games=600, rounds=20, counts=[20, 7, 7, 7])
    firsts = {1: 0, 2: 0, 3: 0}
    for game in games:
        fakes = [one["source"] for one in game if one["source"]]
        for at in range(0, len(fakes) - 2, 3):
            assert sorted(fakes[at : at + 3]) == [1, 2, 3]
        firsts[fakes[0]] += 1
    assert all(abs(count - 200) < 5 * (600 * 2 / 9) ** 0.5 for count in firsts.values())


def test_every_picture_of_a_pile_is_as_likely(node):
    games = node([MATH, STREAM], DEAL, games=3000, rounds=1, counts=[6, 6])
    seen = [one["index"] for (one,) in games]
    assert all(abs(seen.count(index) - 500) < 5 * (3000 * 5 / 36) ** 0.5 for index in range(6))


def test_the_file_holds_the_answers_and_nothing_else_and_the_classroom_reads_it(node, tmp_path):
    given = answers()
    told = [{**one, "source": 1, "since": 12.5} for one in given]  # what else the page may know
    text = node("game/answers.js", "m.fileText(input.told)", told=told)
    assert list(json.loads(text)) == ["format", "answers"]
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    assert read_answers(tmp_path / "a.json") == given
