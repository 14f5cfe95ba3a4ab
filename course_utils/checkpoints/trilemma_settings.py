"""The settings of trilemma: the data, and each family's network and training on them.

Steps are seconds of one processor's thread divided by what a step took when that was measured.
"""

DATA = {
    "digits": {
        "size": 8, "levels": 17, "judge": "digit_classifier", "seconds": 20, "seeds": 5,
        "likelihood_images": 100,
    },
    "mnist_5k": {
        "size": 28, "levels": 256, "judge": "mnist_classifier", "seconds": 40, "seeds": 5,
        "likelihood_images": 40,
    },
}  # fmt: skip
WALK = {"dropout": 0.05, "lr": 2e-3, "ema_decay": 0.99, "calls": 25}
HOW = {
    "digits": {
        "vae": {
            "latent_dim": 16, "channels": [32, 64], "std": 0.1,
            "steps": 2_900, "batch_size": 64, "lr": 1.5e-3, "ema_decay": 0.998,
        },
        "gan": {
            "latent_dim": 16, "width": 32, "g_lr": 1e-3, "d_lr": 4e-3, "beta1": 0.5,
            "steps": 1_300, "batch_size": 64, "ema_decay": 0.99,
        },
        "wgan_gp": {
            "latent_dim": 16, "width": 32, "lr": 5e-4, "d_steps": 5, "penalty": 10.0,
            "steps": 335, "batch_size": 320, "ema_decay": 0.98,
        },
        "flow": {
            "net": {"levels": 2, "depth": 4, "width": 32},
            "steps": 780, "batch_size": 64, "lr": 2e-3, "weight_decay": 0.03, "ema_decay": 0.995,
        },
        "diffusion": {"size": 8, "width": 16, "multipliers": [1, 2], "steps": 590, "batch_size": 64, **WALK},
        "flow_matching": {
            "size": 8, "width": 16, "multipliers": [1, 2], "steps": 590, "batch_size": 64, **WALK,
        },
        "latent_diffusion": {
            "code": {
                "latent_channels": 4, "channels": [32],
                "steps": 1_000, "batch_size": 64, "lr": 2e-3, "ema_decay": 0.995,
            },
            "width": 16, "multipliers": [1, 2], "steps": 750, "batch_size": 64, **WALK,
        },
    },
    "mnist_5k": {
        "vae": {
            "latent_dim": 24, "channels": [32, 64], "std": 0.2,
            "steps": 1_400, "batch_size": 64, "lr": 1.5e-3, "ema_decay": 0.998,
        },
        "gan": {
            "latent_dim": 32, "width": 32, "g_lr": 5e-4, "d_lr": 2e-3, "beta1": 0.5,
            "steps": 680, "batch_size": 64, "ema_decay": 0.99,
        },
        "wgan_gp": {
            "latent_dim": 32, "width": 24, "lr": 1e-3, "d_steps": 3, "penalty": 10.0,
            "steps": 265, "batch_size": 192, "ema_decay": 0.98,
        },
        "flow": {
            "net": {"levels": 2, "depth": 4, "width": 32},
            "steps": 800, "batch_size": 32, "lr": 2e-3, "ema_decay": 0.99,
        },
        "diffusion": {
            "size": 28, "width": 16, "multipliers": [1, 2, 4], "steps": 450, "batch_size": 16, **WALK,
        },
        "flow_matching": {
            "size": 28, "width": 16, "multipliers": [1, 2, 4], "steps": 450, "batch_size": 16, **WALK,
        },
        "latent_diffusion": {
            "code": {
                "latent_channels": 4, "channels": [16, 32],
                "steps": 780, "batch_size": 64, "lr": 2e-3, "ema_decay": 0.995,
            },
            "width": 32, "multipliers": [1], "steps": 810, "batch_size": 64, **WALK,
        },
    },
}  # fmt: skip
