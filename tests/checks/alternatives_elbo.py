"""Right answers in other words for the exercises of notebook 02, The evidence lower bound."""

RIGHT = {}
OTHER_TYPE = {}
