"""A short formula in letters: TeX as it is read at a glance, for a search without mathematics."""

import re

GREEK = {
    name: chr(code)
    for names, first in (
        ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho", 0x3B1),
        ("sigma tau upsilon phi chi psi omega", 0x3C3),
    )
    for code, name in enumerate(names.split(), first)
}
GREEK |= {name.capitalize(): letter.upper() for name, letter in GREEK.items()} | {"varepsilon": "ε"}
PAIRS = (
    "dots:… ldots:… cdots:… cdot:· times:× odot:⊙ circ:∘ pm:± le:≤ leq:≤ ge:≥ geq:≥ ne:≠ neq:≠ approx:≈ "
    "propto:∝ sim:~ to:→ leftarrow:← rightarrow:→ in:∈ subset:⊂ cup:∪ cap:∩ varnothing:∅ emptyset:∅ "
    "infty:∞ int:∫ sum:Σ prod:∏ partial:∂ nabla:∇ top:ᵀ ell:ℓ lVert:‖ rVert:‖ lvert:| rvert:| vert:| "
    "lfloor:⌊ rfloor:⌋ langle:⟨ rangle:⟩ ast:∗ star:⋆"
)
SIGNS = dict(pair.split(":") for pair in PAIRS.split())
SPACED = {"mid": " | ", "Vert": " ‖ ", "quad": " ", "qquad": " "}
NAMED = "log ln exp det min max sup inf lim arg argmin argmax cos sin tanh dim Pr div tr"
NAMES = {*NAMED.split()}
FRACTIONS, ASIDE = {"frac", "tfrac", "dfrac"}, {"begin", "end", "textcolor", "color"}
ESCAPED = {"|": "‖", "{": "{", "}": "}", "%": "%", "_": "_", "#": "#", "&": "&"}
CLOSES = re.compile(r"[^\W_]$|[)]$")
TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[{}]|\s+|[^\\{}\s]", re.DOTALL)


def formula(tex):
    """Greek letters and signs as such, log and its like by their names; hats, fonts and the rest left out."""
    said = _read(iter(TOKEN.findall(re.sub(r"\^\*|\^\{\*\}", "", tex))))
    said = said.replace("^ᵀ", "ᵀ").replace("^2", "²")
    return " ".join(re.sub(r"\b(\w+) \(", _close, said).split())


def _close(match):
    return f"{match[1]}(" if match[1] in NAMES else match[0]


def _read(tokens):
    """What the tokens up to the end, or up to the brace that closes a group, say."""
    said = ""
    for token in tokens:
        if token == "}":
            break
        said += _said(token, tokens, said)
    return said


def _said(token, tokens, before):
    """What a token says, with those that it takes from behind it; before: what has been said."""
    name = token[1:]
    if token == "{":
        return _read(tokens)
    if token in ("_", "^"):
        return token + _argument(tokens)
    if not token.startswith("\\"):
        return " " if token.isspace() or token == "&" else token
    if name in FRACTIONS:
        return f"{_argument(tokens)}/{_argument(tokens)}"
    if name == "sqrt":
        return f"√{_argument(tokens)}"
    if name in ASIDE:
        _argument(tokens)
        return " "
    if name in NAMES:
        return f" {name} " if CLOSES.search(before) else f"{name} "
    if name[0].isalpha():
        return (GREEK | SIGNS | SPACED).get(name, "")
    return ESCAPED.get(name, " ")


def _argument(tokens):
    """The next letter or group, in brackets where it is more than one."""
    for token in tokens:
        if not token.isspace():
            said = _said(token, tokens, "").strip()
            return f"({said})" if re.search(r"[-+·×/=,| ]", said) and not _closed(said) else said
    return ""


def _closed(said):
    """Whether it is one name with what is in its brackets, such as p(x, z)."""
    return re.fullmatch(r"[\w∇∂√]+\([^()]*\)", said)
