"""What a student calls: is the machine ready, data, progress, and the course's new state."""


def doctor(commands):
    """Add `doctor`."""
    called = commands.add_parser("doctor", help="is this machine ready, and if not, what to do")
    called.set_defaults(run=_doctor)


def _doctor(options):
    from .. import doctor

    return doctor.main()


def download(commands):
    """Add `download`."""
    called = commands.add_parser("download", help="fetch a data set that does not come with the course")
    called.add_argument("name", metavar="NAME", help="mnist, fashion_mnist or cifar10")
    called.set_defaults(run=_download)


def _download(options):
    from .. import data

    data.download(options.name)
    return 0


def progress(commands):
    """Add `progress`."""
    called = commands.add_parser("progress", help="which exercises are solved, and which are left")
    called.add_argument(
        "--reset", action="store_true", help="begin anew; it asks, and sets the old one aside"
    )
    called.set_defaults(run=_progress)


def _progress(options):
    from ..classroom import progress

    print(progress.reset() if options.reset else progress.table())
    return 0


def update(commands):
    """Add `update`."""
    called = commands.add_parser("update", help="get the course's new state; your work is set aside first")
    called.set_defaults(run=_update)


def _update(options):
    from ..classroom.update import update

    print(update())
    return 0
