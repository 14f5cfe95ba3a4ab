"""What whoever teaches calls: a class's answers, questions, grades, and assignments."""

import sys


def pool(commands):
    """Add `pool`."""
    called = commands.add_parser("pool", help="put together a class's answers to the game real-or-fake")
    called.add_argument(
        "files", nargs="+", metavar="FILE", help="what the game's button `Save answers` wrote"
    )
    called.set_defaults(run=_pool)


def _pool(options):
    from ..classroom import answers as classroom

    files, answers, problems = classroom.pool_answers(options.files)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not files:
        return 2
    print(classroom.table(files, answers))
    return 0


def questions(commands):
    """Add `questions`."""
    called = commands.add_parser("questions", help="export a lesson's questions, with answers and reasons")
    called.add_argument("lesson", metavar="NN", help="the lesson's number, or its name")
    called.add_argument("--format", default="markdown", help="gift (Moodle), csv or markdown, the default")
    called.add_argument("--out", metavar="FILE", help="where to write (default: on the screen)")
    called.add_argument("--no-key", action="store_true", help="without answers and reasons")
    called.add_argument("--shown", action="store_true", help="only the five in the notebook")
    called.set_defaults(run=_questions)


def _questions(options):
    from ..classroom import questions

    text = questions.export(
        options.lesson, options.format, options.out, key=not options.no_key, shown=options.shown
    )
    if options.out is None:
        print(text, end="")
    return 0


def grade(commands):
    """Add `grade`."""
    called = commands.add_parser("grade", help="judge submitted notebooks: points, feedback, what to look at")
    called.add_argument("path", metavar="FILE|FOLDER", help="a notebook, or a folder of them")
    called.add_argument("--out", default="grades.csv", metavar="FILE", help="the table (default: grades.csv)")
    called.add_argument("--html", metavar="FOLDER", help="write a page for each student there")
    called.add_argument("--lesson", metavar="NN", help="where the notebooks may not say which they are of")
    called.add_argument("--seed", type=int, default=0, help="of the inputs; take another one each term")
    called.add_argument("--jobs", type=int, default=2, help="how many are judged at once (default: 2)")
    called.set_defaults(run=_grade)


def _grade(options):
    from ..classroom.grading import grade

    return grade.run(options)


def release(commands):
    """Add `release`."""
    called = commands.add_parser("release", help="write a lesson as an assignment for nbgrader")
    called.add_argument("lesson", metavar="NN", help="the lesson's number, or its name")
    called.add_argument("--out", metavar="FOLDER", default="build/nbgrader", help="nbgrader's course folder")
    called.add_argument("--points", type=float, default=1, help="for each exercise (default: 1)")
    called.add_argument("--seed", type=int, default=1, help="of the tests' further inputs (default: 1)")
    called.set_defaults(run=_release)


def _release(options):
    from ..classroom.release import release

    print(release(options.lesson, options.out, options.points, options.seed))
    return 0
