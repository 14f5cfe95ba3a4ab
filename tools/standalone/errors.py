"""The one error that the builders stop on."""


class BuildError(Exception):
    """One sentence that says what in which file stops the build, and what would mend it."""
