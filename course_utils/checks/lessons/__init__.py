"""The exercises: a folder a lesson, in it a file an exercise, named after it and found by looking.

A file that starts with an underscore holds what several exercises share.
"""
