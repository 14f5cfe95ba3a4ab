"""`python -m course_utils update`: the course's new state, without a line of a student's work lost.

What somebody has worked in under notebooks/ is copied whole to notebooks/my/ first; then the clone goes
forward, or, where anything stands in the way, everything is as it was.
"""

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path

from . import aside
from .git import Clone, Refused, last_words, listed

ROOT = Path(__file__).parents[2]
MY = "notebooks/my"
AT_WORK = {  # file of git's -> what is at work where it is there, as git calls it
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}


def update(folder=ROOT):
    """Bring the clone in the folder up to date; return what was done, in one or two sentences.

    Copied to notebooks/my/ are notebooks that were edited or merely run, and files of one's own under
    notebooks/ that stand where the update brings one. Other changed files stay as they are. Raises Refused
    (a ValueError), in one sentence and with everything as it was, where there is no git, clone, network,
    branch or upstream, where the histories have parted, and where the update changes another changed file.
    """
    clone = Clone(folder)
    _check_nothing_at_work(clone)
    new = _fetch(clone)
    if _is_ancestor(clone, new, "HEAD"):
        return "The course is up to date already; nothing was changed."
    if not _is_ancestor(clone, "HEAD", new):
        raise Refused(_parted(clone))
    with _undisturbed():
        return _Step(clone, new).take()


class _Step:
    """The way from HEAD to a commit ahead of it, for a clone that somebody has worked in."""

    def __init__(self, clone, new):
        self.clone, self.new = clone, new
        changes = clone.names("diff", "--no-renames", "--name-status", "-z", "HEAD", new)
        self.brings = dict(zip(changes[1::2], changes[::2], strict=True))  # name -> A, M, D or T
        self.tracked = set(clone.names("ls-tree", "-r", "-z", "--name-only", "HEAD"))
        self.changed = set(clone.names("diff", "--name-only", "-z", "--no-renames", "HEAD"))
        self.changed |= self._hidden_changes()
        tags = clone.names("ls-files", "-t", "-z")
        self.skipped = {tag[2:] for tag in tags if tag.startswith("S ")}  # `update-index --skip-worktree`
        self.alike = self._alike()
        self.in_the_way = self._in_the_way()
        self.index = clone.folder / clone.ask("rev-parse", "--git-path", "index")
        self.saved_index = self.index.with_name("index.before-update")
        self.my = clone.folder / MY

    def take(self):
        """Set work aside, go forward, and say so."""
        met = self.changed & set(self.brings) | self.alike | self.in_the_way
        self.same = set(filter(self._is_new_already, met)) | self.alike
        theirs = met - self.same
        self.changed -= self.same
        elsewhere = sorted(name for name in theirs if not name.startswith("notebooks/"))
        if elsewhere:
            raise Refused(
                f"the update changes {listed(elsewhere)}, and so did you: nothing was changed; copy your "
                f"version to another place, put the course's back (`git checkout HEAD -- {elsewhere[0]}`) or "
                "take your file away, then try again."
            )
        work = theirs | {name for name in self.changed if name.endswith(".ipynb") and _below(name)}
        copies, made = {}, []
        try:
            for name in sorted(work):
                copies[name] = self._set_aside(name, made)
            self._go_forward(met, made)
        except BaseException as error:
            for path in made:
                path.unlink(missing_ok=True)
            self._tidy()
            if isinstance(error, OSError):
                raise Refused(
                    f"your work could not be copied to {MY} ({error.strerror or error}), so nothing was "
                    "changed: make room there, then try again."
                ) from error
            raise
        self._tidy()
        return self._said({name: paths for name, paths in copies.items() if paths}, theirs)

    def _hidden_changes(self):
        """Notebooks that the update changes and that differ on disk, though git was told not to see it.

        A filter that strips outputs, or a flag of the index, hides what is there from `git diff`.
        """
        found = set()
        for name in self.brings.keys() & self.tracked:
            path = self.clone.folder / name
            if _below(name) and path.is_file() and name not in self.changed:
                stored = self.clone.read("cat-file", "blob", f"HEAD:{name}")
                if not _alike(path, stored):
                    found.add(name)
        return found

    def _alike(self):
        """Files that the update changes and that differ from the course's in the ends of their lines alone.

        A clone with core.autocrlf, and an editor that saves as it likes, make such ones: git shows no change
        in them, and all the same refuses to write over them. There is no work in them to be kept.
        """
        seen = self.changed | set(self.clone.names("diff-files", "--name-only", "-z")) | self.skipped
        return {name for name in seen & self.brings.keys() & self.tracked if self._is_alike(name)}

    def _is_alike(self, name):
        path = self.clone.folder / name
        stored = self.clone.read("cat-file", "blob", f"HEAD:{name}")
        staged = self.clone.run("cat-file", "blob", f":{name}")
        as_stored = staged.returncode == 0 and _plain(staged.stdout) == _plain(stored)
        return as_stored and path.is_file() and not path.is_symlink() and _alike(path, stored)

    def _is_new_already(self, name):
        """Whether a file is the one that the update brings, as after an update that was killed half way."""
        path = self.clone.folder / name
        new = self.clone.run("cat-file", "blob", f"{self.new}:{name}")
        return not new.returncode and path.is_file() and not path.is_symlink() and _alike(path, new.stdout)

    def _in_the_way(self):
        """Files that the clone does not track and that stand where the update brings a file or a folder.

        A folder in the place of a file counts where anything in it is not tracked.
        """
        found = set()
        for name in (name for name, change in self.brings.items() if change == "A"):
            for place in [name, *(parent.as_posix() for parent in Path(name).parents)][:-1]:
                path = self.clone.folder / place
                is_folder = path.is_dir() and not path.is_symlink()
                if is_folder and place == name and self._holds_untracked(path):
                    found.add(place)
                if os.path.lexists(path) and not is_folder and place not in self.tracked:
                    found.add(place)
        return found

    def _holds_untracked(self, folder):
        paths = (Path(top, file) for top, _, files in os.walk(folder) for file in files)
        return any(path.relative_to(self.clone.folder).as_posix() not in self.tracked for path in paths)

    def _set_aside(self, name, made):
        """Copies of a file as it is on disk and, where that is another one, as it was staged: their paths."""
        path, contents = self.clone.folder / name, []
        if path.is_symlink() or path.is_dir():
            raise Refused(
                f"the update brings a file {name}, where you have a link or a folder, so nothing was "
                "changed: rename yours, then try again."
            )
        if path.exists():
            contents.append(path.read_bytes())
        staged = self.clone.run("cat-file", "blob", f":{name}")
        head = self.clone.run("cat-file", "blob", f"HEAD:{name}")
        if not staged.returncode and staged.stdout not in (head.stdout, *contents):
            contents.append(staged.stdout)
        kept = [self._keep(content, name) for content in contents]
        made += [path for path, new in kept if new]
        return [path for path, _ in kept]

    def _go_forward(self, names, made):
        """Put the course's files in the place of those named, and fast-forward; all back where that fails."""
        with self._out_of_the_way(sorted(names), made):
            if skipped := sorted(names & self.skipped):  # or git knows nothing of them
                self.clone.read("update-index", "--no-skip-worktree", "--", *skipped)
            if tracked := sorted(names & self.tracked):
                self.clone.read("checkout", "HEAD", "--", *tracked)
            if staged := sorted(names - self.tracked):
                self.clone.read("rm", "--cached", "--ignore-unmatch", "--quiet", "--", *staged)
            done = self.clone.run("merge", "--ff-only", "--quiet", self.new)
            if done.returncode:
                raise Refused(f"git could not go forward ({last_words(done.stderr)}): all is as it was.")

    @contextlib.contextmanager
    def _out_of_the_way(self, names, made):
        """Inside the block the named files are moved away; where it raises, they and git's index are back.

        They rest beside their copies, since moving a file back needs no room on a disk that may be full.
        """
        self.my.mkdir(exist_ok=True)
        folder, moved = Path(tempfile.mkdtemp(prefix=".update-", dir=self.my)), {}
        shutil.copy2(self.index, self.saved_index)
        try:
            for name in names:
                path = self.clone.folder / name
                if path.exists():
                    moved[path] = path.rename(folder / str(len(moved)))
                    if name not in self.same:  # an open notebook may have been saved since it was copied
                        kept, new = self._keep(moved[path].read_bytes(), name)
                        made += [kept] * new
            yield
        except BaseException:
            copies, made[:] = made[:], []  # which stay where putting back should fail
            self._undo()
            for path, rests in moved.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(OSError):
                    path.rmdir()  # a folder that git had begun in its place
                os.replace(rests, path)
            os.replace(self.saved_index, self.index)
            made[:] = copies
            raise
        else:
            for rests in moved.values():
                rests.unlink()
        finally:
            self.saved_index.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _undo(self):
        """Take back what git may have written before it gave up, as on a full disk."""
        for name in self.brings.keys() - self.tracked - self.in_the_way - self.changed:
            with contextlib.suppress(OSError):
                (self.clone.folder / name).unlink()
        if clean := sorted((self.brings.keys() & self.tracked) - self.changed - self.same - self.skipped):
            self.clone.run("checkout", "HEAD", "--", *clean)

    def _tidy(self):
        with contextlib.suppress(OSError):
            self.my.rmdir()  # where nothing is in it

    def _keep(self, content, name):
        return aside.keep(content, self.my, name.removeprefix("notebooks/").replace("/", "_"))

    def _said(self, copies, theirs):
        """What was done, in sentences."""
        said = "The course is up to date."
        if copies:
            where = listed([f"{MY}/{path.name}" for paths in copies.values() for path in paths])
            said += f" What you had worked in is kept, outputs included, as {where}"
            still = [name for name in copies if name not in theirs]
            said += f"; what did not change also stays in its place: {listed(still)}." if still else "."
        kept = sorted(name for name in self.changed - theirs if name not in copies)
        if kept:
            said += f" Your changes in {listed(kept)} are as they were."
        return said


def _fetch(clone):
    """The commit that the branch's upstream is at now. Raises Refused where none can be had."""
    branch = clone.ask("symbolic-ref", "--quiet", "--short", "HEAD", check=False)
    if branch is None:
        raise Refused(
            "this clone is on no branch (a detached head), so there is nothing to update, and nothing was "
            "changed: `git switch main` goes back to the course's."
        )
    remote, upstream = (
        clone.ask("config", f"branch.{branch}.{key}", check=False) for key in ("remote", "merge")
    )
    if not remote or not upstream:
        raise Refused(
            f"the branch {branch} follows no branch of the course, so nothing was changed; to let it follow "
            f"the course's: {_way_to_follow(clone)}."
        )
    done = clone.run("fetch", "--quiet", "--no-tags", remote, upstream)
    if done.returncode:
        raise Refused(
            f"the course's new state could not be fetched ({last_words(done.stderr)}), and nothing was "
            "changed: look at the network, or whether its address has changed (`git remote -v`)."
        )
    return clone.ask("rev-parse", "--verify", "FETCH_HEAD^{commit}")


def _way_to_follow(clone):
    """The commands by which a branch follows the course's, in a clone that knows its address or does not."""
    known = (clone.ask("remote") or "").split()
    name = "origin" if "origin" in known or not known else known[0]
    follow = f"`git branch --set-upstream-to={name}/main`"
    if known:
        return follow
    return f"`git remote add origin ADDRESS`, with the course's address, then `git fetch origin` and {follow}"


def _parted(clone):
    """What to say where HEAD is no ancestor of the course's new state."""
    shared = clone.ask("merge-base", "--fork-point", "@{upstream}", "HEAD", check=False)
    if shared == clone.ask("rev-parse", "HEAD"):  # the course has had it, and has it no more
        return (
            "the course's history was written anew, so this clone cannot simply go forward, and nothing was "
            f"changed: clone the course anew, and copy what you worked in into its folder {MY}."
        )
    return (
        "this clone has commits of its own, which the course does not have, so it cannot simply go forward, "
        "and nothing was changed: `git pull --rebase` puts yours on top, once all is committed."
    )


def _check_nothing_at_work(clone):
    lock = clone.folder / clone.ask("rev-parse", "--git-path", "index.lock")
    if lock.exists():
        raise Refused(
            f"another git is at work in this clone, or one that was stopped has left {lock}, so nothing was "
            "changed: wait until it is done; if no git is running, remove that file, then try again."
        )
    for file, what in AT_WORK.items():
        if (clone.folder / clone.ask("rev-parse", "--git-path", file)).exists():
            raise Refused(
                f"a {what} is not finished in this clone, so nothing was changed: finish it, or go back to "
                f"before it (`git {what} --abort`), then try again."
            )
    if clone.names("ls-files", "--unmerged", "-z"):
        raise Refused("this clone has files in conflict, so nothing was changed: settle them first.")
    if clone.ask("rev-parse", "--verify", "--quiet", "HEAD", check=False) is None:
        raise Refused("this clone has no commit yet, so nothing was changed: clone the course anew.")


def _is_ancestor(clone, first, second):
    return clone.run("merge-base", "--is-ancestor", first, second).returncode == 0


def _alike(path, content):
    """Whether a file holds these bytes, ends of lines aside."""
    return _plain(path.read_bytes()) == _plain(content)


def _plain(content):
    """Text with ends of lines as the course has them; what is no text as it is."""
    return content if b"\0" in content else content.replace(b"\r\n", b"\n")


def _below(name):
    return name.startswith("notebooks/") and not name.startswith(f"{MY}/")


@contextlib.contextmanager
def _undisturbed():
    """Inside the block Ctrl-C is not obeyed: it is a moment, and would leave work half set aside."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
