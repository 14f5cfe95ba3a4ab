r"""Plain words as HTML: `code` as code, and formulas as TeX between dollars, which Lab and our pages set.

The sentences of the checks write sqrt(1 - alpha-bar) so that a terminal can show them; the rules here find
what is written so. Only what they find is ever TeX: a dollar or a backslash in the words starts none.
"""

import re
from html import escape

_GREEK = "alpha-bar|alpha|beta|gamma|epsilon|theta|lambda|mu|sigma|phi|psi"
_SYMBOL = rf"(?:{_GREEK})(?![A-Za-z]|-[A-Za-z])"
_INDEX = r"_(?:hat|\{[^{}`$\\]*\}|[A-Za-z0-9])(?!\w)"
_POWER = r"\^-?(?:\d+|[A-Za-z])(?!\w)"
_INNER = r"[a-z](?:_\w)?(?!\w)"
_ATOM = (
    r"(?:N\(0, I\)|KL\((?:p|q|prior) \|\| (?:p|q|prior)\)"
    rf"|(?:log )?(?<!\w)[pq]\({_INNER}(?: ?\| ?{_INNER}|, {_INNER})?\)"
    rf"|(?:{_SYMBOL}|(?:{_GREEK}|[A-Za-z])(?={_INDEX}))(?:{_INDEX})?(?:{_POWER})?"
    rf"|(?:{_GREEK}|[A-Za-z]){_POWER})"
)
_TERM = rf"(?:sqrt\((?:\d+ [-+] )?{_ATOM}(?: [-+/] {_ATOM})*\)|{_ATOM})"
_NEXT = rf"(?: [-+/=] -?(?:{_TERM}|\d+(?![\w.]))| {_TERM})"
_FORMULA = rf"(?<![\w.^-])(?:\d+ [-+] |-)?{_TERM}{_NEXT}*(?![\w(\[^])"
_CALL = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_CODE = (
    r"`[^`\n]+`"
    rf"|(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w+)+(?:{_CALL}|\[[^\[\]]*\])?"
    rf"|(?<!\w)\.[a-z_]\w+{_CALL}"
    rf"|(?<![\w.])(?!(?:{_GREEK})_\w\b)[A-Za-z]\w+_\w*(?:{_CALL}|\[[^\[\]]*\])?"
    r'|(?<![\w.])[a-z]{3,}\("[^"()]*"(?:, \w+)*\)'
)
_FOUND = re.compile(f"(?P<code>{_CODE})|(?P<formula>{_FORMULA})")
_PLAIN = re.compile(f"(?P<code>{_CODE})")
_TEX = [
    (r"sqrt\(((?:[^()]|\([^()]*\))*)\)", r"\\sqrt{\1}"),
    (r"alpha-bar", r"\\bar\\alpha "),
    (r"(\w)_hat", r"\\hat{\1}"),
    (r"(?<![\\A-Za-z])(alpha|beta|gamma|epsilon|theta|lambda|mu|sigma|phi|psi)(?![A-Za-z])", r"\\\1 "),
    (r"\^(-?\w+)", r"^{\1}"),
    (r" \|\| ", r" \\,\\|\\, "),
    (r" ?\| ?", r" \\mid "),
    (r"KL\(", r"\\mathrm{KL}("),
    (r"prior", r"\\text{prior}"),
    (r"N\(0", r"\\mathcal{N}(0"),
    (r"log ", r"\\log "),
]


def typeset(text, own=(), code=True):
    """HTML that shows the text, code as code where wanted, and formulas in those parts that are in own."""
    if not code:
        return _still(text)
    ours = [re.escape(sentence) for sentence in own if sentence]
    parts = re.split(f"({'|'.join(ours)})", text) if ours else [text]
    return "".join(_marked(part, _FOUND if place % 2 else _PLAIN) for place, part in enumerate(parts))


def tex(formula):
    """The TeX of a formula that is written in words and letters."""
    for written, set_as in _TEX:
        formula = re.sub(written, set_as, formula)
    return formula.replace(" _", "_").replace(" ^", "^").strip()


def formulas(text):
    """Every formula in a sentence, as TeX."""
    return [tex(match["formula"]) for match in _FOUND.finditer(text) if match["formula"]]


def _marked(text, pattern):
    made, end = [], 0
    for match in pattern.finditer(text):
        made.append(_still(text[end : match.start()]))
        formula = match.groupdict().get("formula")
        shown = f"${escape(tex(formula))}$" if formula else _still(match["code"].strip("`"))
        made.append(shown if formula else f"<code>{shown}</code>")
        end = match.end()
    return "".join([*made, _still(text[end:])])


def _still(text):
    """Escaped, with an element round each dollar and backslash: MathJax looks for both ends of a
    formula in one run of text, and an element ends the run.
    """
    return re.sub(r"[$\\]", r"<span>\g<0></span>", escape(text, quote=False))
