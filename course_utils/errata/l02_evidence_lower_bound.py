"""What the source lectures misprint about the evidence lower bound."""

from .erratum import Erratum

LINES = [
    Erratum(
        "D",
        "$\\Pr(x) = \\int \\Pr(x \\mid h) \\Pr(h \\mid x)\\, dh$",
        "the integral runs over the *prior*, $\\int \\Pr(x \\mid h) \\Pr(h)\\, dh$; over the "
        "posterior it comes out too high",
        test="test_the_evidence_is_an_integral_over_the_prior",
    ),
    Erratum(
        "A",
        "the approximate posterior is $q_\\theta(z \\mid x)$, with the model's $\\theta$",
        "$q_\\phi$, as the same lecture writes later: for one $\\theta$ there are many $q$, each with "
        "its own bound",
        test="test_one_model_has_many_q_each_with_its_own_bound",
    ),
    Erratum(
        "A",
        "the bound ends in $-\\mathbb E_q \\log \\frac{p(z)}{q(z \\mid x)}$, called minus a KL divergence",
        "$-\\mathrm{KL}(q \\Vert p) = +\\mathbb E_q \\log \\frac{p(z)}{q(z \\mid x)}$; as printed, "
        "the KL is added and the sum may exceed $\\log p(x)$",
        test="test_the_kl_of_the_bound_is_not_to_be_added",
    ),
    Erratum(
        "A",
        "minimising that term keeps the encoder from collapsing into a point",
        "true of the KL; as printed, minus the KL, it has no minimum: it falls without limit for a "
        "point, and for an ever wider $q$",
        test="test_the_printed_term_has_no_minimum",
    ),
    Erratum(
        "D",
        "maximise $\\log \\Pr(x) - c\\, \\mathrm{KL}(\\Pr(h \\mid x) \\Vert \\mathcal N(0, I))$",
        "$\\mathbb E_q \\log \\Pr(x \\mid h)$ in place of $\\log \\Pr(x)$, which has no $q$ in it: as "
        "printed, the best encoder ignores $x$",
        test="test_the_kl_belongs_beside_the_reconstruction",
    ),
    Erratum(
        "D",
        "the KL divergence is a distance measure",
        "it is not symmetric, and the two directions fit different models; the triangle inequality fails too",
        test="test_kl_is_no_distance",
    ),
]
