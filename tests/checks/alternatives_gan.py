"""Right answers in other words for the exercises of notebook 04, The minimax game."""

RIGHT = {}
OTHER_TYPE = {}
