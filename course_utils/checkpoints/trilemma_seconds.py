"""Seconds of one thread of the processor that trilemma was trained on, by run."""

SECONDS = {
    "digits": {
        "vae": {
            "training_seconds": [14.0, 13.8, 13.6, 16.6, 15.3],
            "seconds_per_thousand": [0.0184, 0.0135, 0.0135, 0.0273, 0.0131],
        },
        "gan": {
            "training_seconds": [16.3, 16.2, 16.2, 16.2, 15.7],
            "seconds_per_thousand": [0.0135, 0.0155, 0.0139, 0.0145, 0.0131],
        },
        "wgan_gp": {
            "training_seconds": [16.6, 15.5, 18.6, 20.3, 20.3],
            "seconds_per_thousand": [0.0139, 0.0132, 0.018, 0.0208, 0.0155],
        },
        "flow": {
            "training_seconds": [13.8, 14.9, 14.3, 15.5, 15.4],
            "seconds_per_thousand": [0.059, 0.0522, 0.0535, 0.0811, 0.0545],
        },
        "diffusion": {
            "training_seconds": [13.6, 15.0, 13.1, 13.8, 14.2],
            "seconds_per_thousand": [2.03, 2.24, 2.0, 2.14, 2.1],
        },
        "flow_matching": {
            "training_seconds": [14.4, 13.3, 13.1, 13.9, 15.7],
            "seconds_per_thousand": [2.12, 1.92, 2.08, 2.14, 2.5],
        },
        "latent_diffusion": {
            "training_seconds": [16.1, 15.0, 14.3, 19.2, 14.5],
            "seconds_per_thousand": [1.14, 1.15, 0.99, 0.975, 0.995],
        },
    },
    "mnist_5k": {
        "vae": {
            "training_seconds": [28.9, 33.8, 28.0, 31.6, 27.8],
            "seconds_per_thousand": [0.102, 0.123, 0.0779, 0.119, 0.0848],
        },
        "gan": {
            "training_seconds": [35.3, 32.2, 28.1, 38.3, 28.5],
            "seconds_per_thousand": [0.0814, 0.128, 0.0747, 0.0813, 0.0753],
        },
        "wgan_gp": {
            "training_seconds": [35.0, 39.4, 32.7, 35.4, 33.7],
            "seconds_per_thousand": [0.0655, 0.0971, 0.0741, 0.0689, 0.0653],
        },
        "flow": {
            "training_seconds": [37.0, 42.1, 38.0, 43.4, 40.5],
            "seconds_per_thousand": [0.295, 0.275, 0.275, 0.275, 0.394],
        },
        "diffusion": {
            "training_seconds": [31.1, 36.3, 32.7, 34.1, 32.9],
            "seconds_per_thousand": [29.8, 34.7, 37.5, 32.9, 30.9],
        },
        "flow_matching": {
            "training_seconds": [31.0, 36.4, 36.4, 38.1, 30.5],
            "seconds_per_thousand": [37.3, 34.9, 32.4, 33.5, 34.0],
        },
        "latent_diffusion": {
            "training_seconds": [38.8, 39.8, 32.1, 42.7, 32.1],
            "seconds_per_thousand": [4.1, 3.37, 3.25, 3.79, 3.35],
        },
    },
}  # fmt: skip
