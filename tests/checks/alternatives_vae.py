"""Right answers in other words for the exercises of notebook 03, Variational autoencoders."""

RIGHT = {}
OTHER_TYPE = {}
