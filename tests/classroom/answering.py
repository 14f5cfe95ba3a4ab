"""How the tests hold a question to what they have computed."""

import functools

from course_utils.classroom import questions

load = functools.cache(questions.load)


def holds(lesson, id, *texts, reason=()):
    """Assert that the right option of a question holds all texts, no other one does, and its reason the rest.

    texts, reason: what a test has computed, written as the bank writes it, on one line.
    """
    (question,) = [one for one in load(lesson) if one.id == id]
    said = " ".join(question.reason.split())
    full = [all(text in option for text in texts) for option in question.options]
    missing = [text for text in reason if text not in said]
    assert full == [i == question.answer for i in range(len(full))], (texts, question.options)
    assert not missing, (missing, said)
