"""The commands of `python -m course_utils`, in files by who calls them: students, teachers, makers.

Each is a function of its name, which adds it to the parser, and below that what it runs. What a command needs
is imported when it runs, so that none waits for another's libraries.
"""
