"""The errata of lessons 10 to 14: (lecture, what it prints, what holds, lesson), as in `errata.Erratum`."""

DIFFUSION = [
    (
        "A",
        "$q(x_t \\mid x_{t-1}) = \\mathcal N(x_t;\\, \\sqrt{\\alpha}\\, x_{t-1}, (1 - \\alpha_t) I)$",
        "$\\sqrt{\\alpha_t}$, with the index: one $\\alpha$ for all steps does not go with the variances "
        "$1 - \\alpha_t$, and the variance of $x_t$ leaves 1",
        "10",
    ),
    (
        "A",
        "$\\alpha_t$ decreases from 1 to 0 as $t$ increases",
        "the product $\\bar\\alpha_t$ does; in the usual schedule $\\alpha_t$ itself goes from 0.9999 to "
        "0.98",
        "10",
    ),
    (
        "A",
        "$\\alpha_t$ for $t \\in \\{0, \\dots, T - 1\\}$, and $\\bar\\alpha_t = \\prod_{i=1}^t \\alpha_i$",
        "$t \\in \\{1, \\dots, T\\}$ for this product; as printed $\\alpha_0$ is never used, and "
        "$\\bar\\alpha_T$ needs an $\\alpha_T$ that is not there",
        "10",
    ),
    (
        "A",
        "each latent is a Gaussian centred around the output of the previous timestep",
        "around $\\sqrt{\\alpha_t}$ times it; centred around $x_{t-1}$ itself the variance would grow by "
        "$\\beta_t$ at each step, and the last latent would not be $\\mathcal N(0, I)$",
        "10",
    ),
    (
        "A",
        "after adding noise $T$ times, the result must be independent of $x_0$",
        "nearly: $\\sqrt{\\bar\\alpha_T}\\, x_0$ is left, 0.006 of it with the linear schedule, and the mean "
        "of many pixels shows it",
        "10",
    ),
    (
        "D",
        "$\\alpha_t = \\prod_{s=1}^t 1 - \\beta_s$",
        "$\\prod_{s=1}^t (1 - \\beta_s)$: without the brackets it is 1 minus a $\\beta$ (and this is the "
        "$\\bar\\alpha_t$ of the others)",
        "10",
    ),
    (
        "E",
        "let $\\alpha_t = \\beta_t$",
        "$\\alpha_t = 1 - \\beta_t$; with $\\beta_t$ the next line would swap signal and noise",
        "10",
    ),
    (
        "E",
        "$\\sqrt{\\alpha_t (1 - \\alpha_{t-1}) + \\sqrt{1 - \\alpha_t}}$",
        "no inner root, $\\sqrt{\\alpha_t (1 - \\alpha_{t-1}) + 1 - \\alpha_t}$, as variances add; and the "
        "$a$ in the next lines is an $\\alpha$",
        "10",
    ),
    (
        "E",
        "the original linear schedule runs up to $\\beta_T = 0.04$",
        "to 0.02 (Ho et al. 2020, section 4)",
        "10",
    ),
    (
        "E",
        "nearly the whole second half of the linear schedule was mostly just random noise",
        "so it is with 0.04; with 0.02 the signal has 8% of the variance half way, and under 1% in the last "
        "third",
        "10",
    ),
    (
        "E",
        "$q(x_t \\mid x_0)$ has zero mean and unit variance if the data have",
        "$q(x_t)$ has; *given* $x_0$ the mean is $\\sqrt{\\bar\\alpha_t}\\, x_0$ and the variance "
        "$1 - \\bar\\alpha_t$",
        "10",
    ),
    (
        "A",
        "the variance of $q(x_{t-1} \\mid x_t, x_0)$ is $\\frac{(1 - \\alpha_t)(1 - \\bar\\alpha_t)}{1 - "
        "\\bar\\alpha_{t-1}}$",
        "$\\frac{(1 - \\alpha_t)(1 - \\bar\\alpha_{t-1})}{1 - \\bar\\alpha_t}$, as the lecture prints it "
        "for $p$; the other one is above $\\beta_t$, and infinite at $t = 1$",
        "11",
    ),
    (
        "A",
        "in the bound, consistency terms for $t = 1, \\dots, T$, and $-\\mathbb E \\log "
        "\\frac{p(x_T)}{q(x_T \\mid x_{T-1})}$, called a KL",
        "to $T - 1$ (there is no $x_{T+1}$), and minus the KL, averaged over $x_{T-1}$; as printed it is "
        "added, and the sum may exceed $\\log p(x_0)$",
        "11",
    ),
    (
        "A",
        "the model defines the *distribution* over $\\hat x_0$",
        "it gives one $\\hat x_0$, the mean; a drawn one would add its own variance to the printed one",
        "11",
    ),
    (
        "C",
        "the weight of $L_t$ has $\\Vert \\Sigma_\\theta \\Vert_2^2$ below, and later "
        "$\\sqrt{\\alpha_t}\\, x_0 + \\sqrt{1 - \\alpha_t}\\, \\epsilon_t$",
        "the variance $\\sigma_t^2$ itself, not its square; and $\\bar\\alpha_t$ under both roots: with "
        "$\\alpha_t$ the network sees hardly any noise at any $t$",
        "11",
    ),
    (
        "D",
        "the reverse is intractable since the marginal $q(z_t)$ cannot be computed",
        "$q(z_t)$ is only the normaliser; what is missing is $q(z_{t-1})$ in the numerator, which gives "
        "the shape",
        "11",
    ),
    (
        "D",
        "the ELBO is $\\mathbb E \\log \\Pr(x \\mid z_1)$ minus the KL terms of $t = 2, \\dots, T$",
        "minus $\\mathrm{KL}(q(z_T \\mid x) \\Vert \\Pr(z_T))$ too; it has no parameters, but without it "
        "the sum is no bound",
        "11",
    ),
    (
        "E",
        "$L_t = \\mathbb E \\frac{1}{2 \\Vert \\sigma_t I \\Vert^2} \\Vert \\tilde\\mu_t - \\mu_\\theta "
        "\\Vert^2$",
        "over $2 \\sigma_t^2$, in any number of dimensions; and plus a constant unless $\\sigma_t^2 = "
        "\\tilde\\beta_t$",
        "11",
    ),
    (
        "E",
        "the KL of $x_{t-1}$ given $x_t$ is called $L_t$",
        "$L_{t-1}$, as Ho et al. write: with $L_t$ the term of $t = T$ and the prior's have one name",
        "11",
    ),
    (
        "E",
        "$\\sigma_t^2$ between $\\tilde\\beta_t$ and $\\beta_t$: proven bounds on the entropy of the reverse",
        "for data of variance at most 1; for $\\mathcal N(0, 9)$ the reverse is wider than $\\beta_t$",
        "11",
    ),
    (
        "D",
        "networks $g_t[z_t, \\phi_t]$, with the noisy image as input",
        "one network with $t$ as a second input; an image alone does not say how much to take off",
        "12",
    ),
    (
        "E",
        "the embedding of $t$ is added in the middle of every residual block",
        "before a group norm, what is common to a group is taken off again; scale and shift after it stay",
        "12",
    ),
    (
        "E",
        "the attention block is a generalization of a single-headed self-attention",
        "it is that, on the pixels as a sequence: with torch's own, and equal weights, nothing differs",
        "12",
    ),
    (
        "C",
        "$\\hat\\epsilon(x_t) := \\epsilon_\\theta(x_t) - \\sqrt{1 - \\bar\\alpha_t}\\, \\nabla_{x_t} \\log "
        "p_\\phi(y \\mid x_t)$",
        "$\\epsilon_\\theta(x_t, t)$ and $p_\\phi(y \\mid x_t, t)$: both must be told $t$, and the "
        "classifier trained on noisy images; for one $x_t$ the right gradient is another one at every $t$",
        "14",
    ),
    (
        "C",
        "the same update, with nothing before the gradient",
        "this is scale $s = 1$, at best the conditional model itself; to make the label count for more, "
        "$s$ stands there",
        "14",
    ),
    (
        "E",
        "$e_\\theta(x_t, t, y) + w\\, (e_\\theta(x_t, t, y) - e_\\theta(x_t, t, \\varnothing))$",
        "right, in the form where $w = 0$ is no guidance; libraries (and this course) take $s = 1 + w$, so a "
        "scale copied from there is one too many here",
        "14",
    ),
    (
        "D",
        "parameter-efficient conditional generation: ControlNet",
        "the zero convolutions are small, the trained copy of the way down is not (here more than half as "
        "many weights as the base has); what is spared is changing the base",
        "14",
    ),
]
