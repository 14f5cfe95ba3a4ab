"""Calls that look bad and are none: what may be taken without a word, and why.

Each entry: a pattern of "callable argument kind", and the reason. The test fails for one that fits nothing.
"""

TWO_SETS = "two sets of points may have any two sizes, and each row counts for itself"
BROADCAST = "documented: shapes that broadcast"
MEANS = "a mean over everything, of each side for itself: documented as of any shape"
ANYTHING = "made for whatever a student writes: it prints a sentence, and never stops a notebook"
LIMIT = "the limit is a number, and the right one"
WORDS = "words to show may be any"

ALLOWED = [
    (r"\S+ (title|label|unit|what|why|alt) unknown", WORDS),
    (r"flow_matching.Path name unknown", WORDS),
    (r"museum.(cure|exhibit) \S+ \S+", ANYTHING),
    (r"museum.settings_wrong given \S+", ANYTHING),
    (r"checks.((check|passes) function|reveal (guess|answer|why|unit)) \S+", ANYTHING),
    (r"preset.preset \S+ \S+", "the three values are the caller's, and handed back"),
    (r"training.History.fits state \S+", "it is the question: no is the answer"),
    (r"training.steps (parts|settings) dict", "a dict of any names is what is asked for"),
    (r"training.(fit|steps) checkpoint text", "any text is a file's name"),
    (r"capstone.example_folder path text", "any text is a folder's name"),
    (r"capstone.missing_fields card unknown", "any text is a card, if an empty one"),
    (r"training.gradient_step loss no_arguments", "how many parts a batch has is not known yet"),
    (
        r"diffusion.distillation.halving_loss teacher no_arguments",
        "how many conditions it has is not known yet",
    ),
    (r"training.History.add loss complex", "a tensor of one element, read later"),
    (r"widgets.\w+ \w+ none", "None stands for the default of every trait"),
    (r"widgets.(Divergence|Minimax)Explorer (means|stds|weights) halves", "halves are good values"),
    (r"widgets.MetricPlayground dropped halves", "no mode is dropped where none is named"),
    (r"figures.(colour_plane limits|scatter_classes size|image_rows names) \w+", "good values or words"),
    (r"progress.bar (total|initial) half", "half seconds are good values"),
    (r"verdict.verdict (value|low|high) boolean", "truth values are compared as 0 and 1"),
    (r"gan.losses.\w+ (real|fake) (scalar|extra_axis|another_batch|batch_of_one)", MEANS),
    (r"gan.losses.(cross_entropy|non_saturating) (real|fake) inf", LIMIT),
    (r"gan.label_losses.k_plus_one (unlabelled|fake) \w+", MEANS),
    (r"gan.Began.\w+ (real|fake) (scalar|extra_axis|another_batch|batch_of_one)", MEANS),
    (r"gan.tricks.feature_matching (real|fake) (extra_axis|another_batch|batch_of_one)", MEANS),
    (r"gan.tricks.minibatch_features h (another_batch|batch_of_one)", "any number of rows"),
    (r"gan.(value|fgan.bound|style.truncate) \w+ (scalar|extra_axis|batch_of_one|another_batch)", BROADCAST),
    (r"gan.conditional.projection_logit embedding another_batch", "a label more than is used"),
    (r"gan.dirac.bell t inf", LIMIT),
    (r"gan.dirac.path start halves", "a good start"),
    (r"gan.translating.translation_round D none", "documented: without D"),
    (r"gan.translation.ImagePool.query images (nan|inf)", "the pool hands on images as they are"),
    (r"diffusion.samplers.Walk (x_T|clip|num_inference_steps) none", "what samplers give it by default"),
    (r"diffusion.\S+ num_inference_steps none", "documented: None is all of the schedule's steps"),
    (r"diffusion.samplers.Walk.noise x (nan|inf)", "only the shape of x counts"),
    (r"(diffusion.NoiseSchedule|flow_matching.Path).\w+ t scalar", "documented: one t for all rows"),
    (r"diffusion.NoiseSchedule.posterior prev scalar", "documented: one step for all rows"),
    (r"diffusion.samplers.place_of model no_arguments", "it is only looked at here, and called elsewhere"),
    (r"diffusion.schedule.posterior_rates \w+ (scalar|extra_axis|batch_of_one)", BROADCAST),
    (r"counting.fit_growth seconds halves", "times that do not grow with size are good values"),
    (r"diffusion.consistency.\w+ x (scalar|extra_axis|another_batch|batch_of_one)", "data of any shape"),
    (r"diffusion.consistency.sample levels (another_batch|batch_of_one)", "any number of levels"),
    (r"flow_matching.Path.time (signal|sigma) inf", LIMIT),
    (r"flow_matching.reflow_pairs shape number", "documented: N for points of the plane"),
    (r"flows.(StandardNormal shape|Flow base) (number|list)", "documented: a whole number or several"),
    (r"flows.\S+ bound none", "documented: no bound"),
    (r"flows.(Logit.inverse z|coupling.bounded scale) inf", LIMIT),
    (r"text.Tokenizer words texts", "any words are a vocabulary"),
    (r"text.cross_attention mask (extra_axis|batch_of_one)", BROADCAST),
    (r"vae.log_normal \w+ (scalar|extra_axis|batch_of_one)", BROADCAST + ": iwae's z has an axis more"),
    (r"vae.log_bernoulli logits extra_axis", "documented: [..., B, C, H, W]"),
    (r"vae.VectorQuantizer.restart z (another_batch|batch_of_one)", "any number of codes to draw from"),
    (r"exact.GaussianMixture stds scalar", "documented: one for all"),
    (r"divergences.(kl_normals?|kl|js)(_density)? \w+ (extra_axis|batch_of_one)", BROADCAST),
    (r"claims.difference [ab] another_batch", "two samples, each of as many numbers as it likes"),
    (r"divergences.(js|wasserstein1)(_density)? \w+ (extra_axis|another_batch|batch_of_one)", TWO_SETS),
    (r"transport.\w+ \w+ (another_batch|batch_of_one)", TWO_SETS),
    (r"metrics.\w+ \w+ (another_batch|batch_of_one)", TWO_SETS),
    (r"metrics.rank_correlation [xy] inf", "an order has infinity in it"),
]
