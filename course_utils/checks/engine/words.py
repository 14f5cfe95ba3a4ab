"""Numbers, sizes and lists as a sentence wants them; the same text on every run."""

import math


def number(value):
    """A number in about three digits: 0.693, 12, 784, 1340, 1.2e-05, inf."""
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    if abs(value) < 1e6 and (value == round(value) or abs(value) >= 1000):
        return str(round(value))
    return f"{value:.3g}"


def pair(one, other):
    """Two numbers in as many digits as it takes to tell them apart."""
    if math.isfinite(other) and abs(one) < 1e-6 * abs(other):  # rounding, which no two processors do alike
        one = 0.0
    digits = next((d for d in range(3, 9) if f"{one:.{d}g}" != f"{other:.{d}g}"), 3)
    return (number(one), number(other)) if digits == 3 else (f"{one:.{digits}g}", f"{other:.{digits}g}")


def listing(words, last="and"):
    """Words joined as prose: a; a and b; a, b and c; with another word than "and" where last is given."""
    words = [str(word) for word in words]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def count(amount, noun):
    """An amount with its noun: 1 argument, 2 arguments."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def article(noun):
    """A noun with a or an before it."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
