"""What the source lectures misprint about autoencoders."""

from .erratum import Erratum

LINES = [
    Erratum(
        "D",
        "the solution of the linear autoencoder is the same as PCA",
        "the same *subspace* and loss, on centred data; the weights need be neither orthogonal nor sorted",
        test="test_same_subspace_other_weights",
    ),
    Erratum(
        "A",
        "an autoencoder that learns $g(f(x)) = x$ everywhere overfits",
        "it is useless, but it does not overfit: the identity copies what it never saw just as well",
        test="test_the_identity_copies_what_it_never_saw",
    ),
]
