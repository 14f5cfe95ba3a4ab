"""Grading submitted notebooks: `python -m course_utils grade`.

A submission is read and never run (`notebook`, `extract`): the answers are taken out of it, each with what it
needs. One answer at a time is then called in a process of its own, and judged in another one:

    grade -> judge (a fork; holds references, seeds, banks) -> engine -> Remote ==wire==> worker (the answer)
                                                                          server -> nurse -> worker

- **The engine is the one behind `check`**, unmodified: to it a `Remote` is a function like any other. A call
  sends the arguments over (`wire`: JSON and the bytes of tensors, checked for their sizes; no pickle, no
  code) and tells all that the engine looks at: the value, what was raised, what the call did to its arguments
  and to the random numbers (`changes`), which of torch's switches it left, which generators it drew from.
  Gradients go through an autograd.Function whose way back asks the worker, which still holds its graph.
- **What cannot travel is made over there**: networks, optimisers and functions come from the makers of the
  exercise's inputs, by the same seed. Their source is cut out of the exercise's file without reference and
  mistakes (`makers`), so a worker never holds the answer that it is asked for. Second calls with the same
  objects meet the same objects. Every exercise of the course is judged across the boundary; none inside.
- **Inputs are fresh** by `--seed` (`fresh`), so that a table of what `check` shows is worth nothing. Some
  makers hand over fixed numbers (the sizes of `ae.conv_out`): the seed does not change those.
- **Comparing is done where the references are.** Patched modules, objects whose == is always true, and
  messages of an answer's own making change only what is told, and that is compared as values.
- **Nothing is lost.** A table or a page that somebody has corrected is set aside before another takes its
  place (`placing`), and a submission that cannot be read or compared gets a row that says so.
- **Nothing is judged twice.** Verdicts are kept beside the table as they come (`kept`), under a digest of all
  that they hang on; where grading is stopped, the same command goes on. At the end that file goes.
- An answer that calls another answer goes on with the reference of that one where it was not right, as in the
  notebook; its source then goes over. It leaves no trace there for the next worker.

What holds an answer back, and what does not (`wall`, `guard`):

=============  =====================================================  ======================================
               where namespaces are allowed (root, or user            elsewhere
               namespaces): most Linux systems
=============  =====================================================  ======================================
network        none: a network namespace without devices              an audit hook refuses sockets
files          a root of its own, read only: Python, the libraries,   the hook refuses all else; C can get
               the course without exercises; an empty /tmp, 32 MB     round it; files of 16 MB
processes      64 (RLIMIT_NPROC, as the user nobody or in a user      64 of that user's; those that stay are
               namespace); all end with the process namespace         ended through the nurse's children
time           10 s a call; what does not end by itself then is       the same
               killed after 16 s, in a row of imports after 48 s
memory         2 GB of addresses beyond what torch takes              the same
output         /dev/null; a message of 256 MB at most                 the same
environment    made anew; no capabilities, no new privileges          the same
=============  =====================================================  ======================================

The report says which of the two it was. What a worker knows is its own inputs: it could send them nowhere.
"""
