"""Our notation, the name each symbol has in code, and what each source lecture writes instead."""

from typing import NamedTuple

from ._validate import check_choice

LECTURES = {
    "A": "S. Velasco-Forero, Introduction to Diffusion Models, MINES Paris, 2023",
    "B": "Diffusion Models: From Foundations to Implementation",
    "C": "S. Lathuilière, Deep generative methods, Télécom Paris",
    "D": "EECS 230 Deep Learning, Lecture 16: Generative Models (after S. Prince)",
    "E": "M. Straka, NPFL114 Lecture 13, Charles University, 2023",
}


class Symbol(NamedTuple):
    """One symbol: ours in TeX, what it means, its name in code, and the lectures that write it otherwise."""

    ours: str
    meaning: str
    code: str
    elsewhere: dict


SYMBOLS = [
    Symbol("x", "data ($x_0$ when diffused)", "x, x0", {}),
    Symbol("x_t", "data after $t$ noising steps", "x_t", {"D": "z_t"}),
    Symbol("z", "latent code", "z", {"D": "h"}),
    Symbol("f,\\ g", "encoder and decoder of an autoencoder", "encoder, decoder", {}),
    Symbol("q", "encoder of a VAE, or the forward process", "q", {"D": "\\Pr(h \\mid x)"}),
    Symbol("p_\\theta", "the model, with its parameters", "model", {"D": "\\Pr(x; W_g)"}),
    Symbol("q_\\phi", "the same encoder, with its own parameters", "encoder", {"D": "\\Pr(h \\mid x; W_f)"}),
    Symbol(
        "\\mathrm{KL}(q \\Vert p)",
        "Kullback-Leibler divergence",
        "kl",
        {"A": "D_{KL}(q, p)", "C": "D_{KL}(q \\Vert p)"},
    ),
    Symbol(
        "\\mathrm{ELBO}",
        "evidence lower bound",
        "elbo",
        {"A": "\\mathcal L^{lvb}(x)", "C": "\\mathcal L(x, \\theta, \\phi)"},
    ),
    Symbol("G,\\ D", "generator and discriminator", "G, D", {"D": "g[z, \\theta],\\ f[x, \\phi]"}),
    Symbol("\\beta_t", "variance added at step $t$", "betas", {"A": "1 - \\alpha_t"}),
    Symbol(
        "\\alpha_t = 1 - \\beta_t", "share of the signal kept at step $t$", "alphas", {"D": "1 - \\beta_t"}
    ),
    Symbol("\\bar\\alpha_t", "product of the $\\alpha$ up to step $t$", "alphas_cumprod", {"D": "\\alpha_t"}),
    Symbol("\\epsilon", "standard Gaussian noise", "noise", {}),
    Symbol("\\sqrt{\\bar\\alpha_t}", "signal rate at step $t$", "signal", {"D": "\\sqrt{\\alpha_t}"}),
    Symbol("\\sqrt{1 - \\bar\\alpha_t}", "noise rate at step $t$", "sigma", {"D": "\\sqrt{1 - \\alpha_t}"}),
    Symbol("\\mathrm{SNR}(t)", "signal-to-noise ratio, a ratio of variances", "snr", {}),
    Symbol("e(t)", "code of the step $t$, sines and cosines", "time_embedding", {}),
    Symbol("\\bar w", "moving average of the weights", "ema", {}),
    Symbol("s", "guidance scale; 1 is no guidance", "guidance_scale", {"E": "w = s - 1"}),
    Symbol(
        "p,\\ q",
        "densities of the data and of the generator's samples",
        "p, q",
        {"A": "P_{\\text{real}},\\ P_g", "C": "\\mathbb P_r,\\ \\mathbb P_g", "E": "P_{\\text{data}}"},
    ),
    Symbol("\\ell", "logit of the discriminator", "real, fake", {"D": "f[x, \\phi]"}),
    Symbol("V(G, D)", "value of the game, in nats", "value", {"D": "-L[\\phi]"}),
    Symbol("\\hat x_0", "the model's guess of $x_0$, at best its mean given $x_t$", "x0_guess", {}),
    Symbol(
        "\\epsilon_\\theta(x_t, t)",
        "the network's guess of the noise",
        "model(x_t, t)",
        {"D": "g_t[z_t, \\phi_t]", "E": "e_\\theta(x_t, t)"},
    ),
    Symbol(
        "\\tilde\\mu_t,\\ \\tilde\\beta_t",
        "mean and variance of $q(x_{t-1} \\mid x_t, x_0)$",
        "posterior",
        {"A": "\\mu_q,\\ \\Sigma_q(t)"},
    ),
    Symbol("L_{t-1}", "a term of the bound, $t = 2, \\dots, T$", "bound_terms", {"C": "L_t", "E": "L_t"}),
    Symbol(
        "v",
        "velocity, $\\sqrt{\\bar\\alpha_t}\\, \\epsilon - \\sqrt{1 - \\bar\\alpha_t}\\, x_0$",
        "v_prediction",
        {},
    ),
    Symbol(
        "x_t = (1 - t)\\, \\epsilon + t\\, x",
        "path of a flow from noise at $t = 0$ to data at $t = 1$",
        "interpolate",
        {},
    ),
    Symbol(
        "u_\\theta(x, t)",
        "velocity of a flow, the mean of data minus noise given $x_t = x$",
        "model(x, t)",
        {},
    ),
]


def crosswalk(lecture=None):
    """The symbols as a Markdown table: all, or those that one lecture ("A" to "E") writes otherwise."""
    if lecture is not None:
        check_choice("lecture", lecture, LECTURES)
    rows = ["| ours | meaning | in code | elsewhere |", "|---|---|---|---|"]
    for symbol in SYMBOLS:
        if lecture is None or lecture in symbol.elsewhere:
            shown = {key: tex for key, tex in symbol.elsewhere.items() if lecture in (None, key)}
            other = ", ".join(f"{key}: ${tex}$" for key, tex in shown.items())
            rows.append(f"| ${symbol.ours}$ | {symbol.meaning} | `{symbol.code}` | {other} |")
    return "\n".join(rows)
