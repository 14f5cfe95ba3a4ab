"""Sentences as rows of whole numbers of one length, and which of them are words."""

import re

import torch

from .._validate import check_choice, check_int, check_kind, check_labels, check_text, check_whole

PAD, START = 0, 1  # what fills a short sentence up, and what every sentence begins with


def empty_sentences(count, length, device=None):
    """Rows that say nothing, START and then PAD: int64 [count, length]."""
    rows = torch.full((check_int("count", count), check_int("length", length)), PAD, device=device)
    rows[:, 0] = START
    return rows


class Tokenizer:
    """Words to numbers and back. words: the vocabulary, without repeats; length: tokens of every row.

    Every row begins with START, so that the empty sentence, "no text", is a row too; PAD fills it up. The
    token of words[i] is i + 2.
    """

    def __init__(self, words, length):
        check_kind("words", words, list | tuple, "a list of words")
        self.words = tuple(check_text("word", word) for word in words)
        self.length = check_int("length", length, minimum=1)
        if len(set(self.words)) != len(self.words):
            raise ValueError("words must hold each word once.")
        self._token = {word: token for token, word in enumerate(self.words, start=2)}

    def __len__(self):
        """The number of tokens there are, PAD and START among them."""
        return len(self.words) + 2

    def encode(self, sentences):
        """A list of N strings -> int64 [N, length]; commas and capitals do not count.

        Raises ValueError for a word that is unknown, with the nearest one, and for a sentence too long.
        """
        check_kind("sentences", sentences, list | tuple, "a list of sentences")
        rows = torch.full((len(sentences), self.length), PAD)
        for row, sentence in zip(rows, sentences, strict=True):
            words = re.findall(r"[^\s,.]+", check_text("sentence", sentence).lower())
            if len(words) >= self.length:
                raise ValueError(
                    f"sentence must have at most {self.length - 1} words; got {len(words)}: {sentence!r}."
                )
            tokens = [self._token[check_choice("word", word, self.words)] for word in words]
            row[: len(tokens) + 1] = torch.tensor([START, *tokens])
        return rows

    def decode(self, tokens):
        """int64 [N, length] -> the words of each row, a list of N lists; START and PAD are left out.

        Raises ValueError for a token that there is not.
        """
        check_labels("tokens", tokens, len(self), f"[N, {self.length}]")
        named = {PAD: None, START: None, **{token: word for word, token in self._token.items()}}
        return [[named[token] for token in row if named[token]] for row in tokens.tolist()]

    def mask(self, tokens):
        """Where there is a token to look at, START among them: bool, of the shape of tokens."""
        return check_whole("tokens", tokens, f"[N, {self.length}]") != PAD
