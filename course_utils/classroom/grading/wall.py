"""What a process can do to wall itself in on Linux, as a plain user or as root; and what it could not.

Where the system allows it (`unshare` of namespaces): no network at all, a file system of its own that holds
Python, the libraries and the course without its answers, read only, an empty folder of 32 MB in memory, and
for each answer a process namespace, whose end is the end of all in it. Where it does not, `worker` guards by
an audit hook of Python, which holds back what a student would write and not who studies to break it.
"""

import contextlib
import ctypes
import os
import resource
import shutil
import signal
from pathlib import Path

_NEW = {"mount": 0x20000, "uts": 0x4000000, "ipc": 0x8000000, "net": 0x40000000, "user": 0x10000000}
_NEW_PROCESSES = 0x20000000
_BIND, _RECURSIVE, _PRIVATE, _REMOUNT, _READ_ONLY = 0x1000, 0x4000, 0x40000, 0x20, 1
_NO_SETUID, _NO_DEVICES, _NO_EXEC, _NO_ACCESS_TIME, _NO_DIR_TIME = 2, 4, 8, 1024, 2048
_RELATIVE_TIME = 1 << 21
_DEATH_SIGNAL, _DUMPABLE, _DROP_BOUND, _ADOPT, _NO_NEW = 1, 4, 24, 36, 38
_NOBODY = 65534
_PROCESSES = 64
_libc = ctypes.CDLL(None, use_errno=True)


def build(folder, readable, covered):
    """Make the namespaces and a root in folder; {"network", "files"}: whether each fence stands.

    readable: the paths that may be read inside; covered: folders within them that are empty there. To be
    called before there is any thread. Nothing changes for this process's files until `shut`.
    """
    user, group = os.getuid(), os.getgid()
    flags = sum(flag for name, flag in _NEW.items() if name != "user" or user)
    try:
        _checked(_libc.unshare(flags))
        if user:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:
        return {"network": _without_network(user), "files": False}
    try:
        _furnish(Path(folder), readable, covered)
    except OSError:
        return {"network": True, "files": False}
    return {"network": True, "files": True}


def shut(fences, folder):
    """See from now on only what `build` put into the root."""
    if fences["files"]:
        os.chroot(Path(folder, "root"))
        os.chdir("/tmp")
    else:
        work = Path(folder, "work")
        work.mkdir()
        work.chmod(0o1777)
        Path(folder).chmod(0o711)
        os.chdir(work)
    _libc.prctl(_DUMPABLE, 0, 0, 0, 0)


def alone():
    """Make a process namespace for the next child: its end is the end of all in it."""
    _checked(_libc.unshare(_NEW_PROCESSES))


def nobody_can_read(paths, inside):
    """Whether there is a user nobody, and one who can read what is at these paths.

    inside: whether their parents are ours. Root of a user namespace may be its only user.
    """
    ranges = [map(int, line.split()) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    if not any(first <= _NOBODY < first + count for first, _, count in ranges):
        return False
    wanted = {one for path in map(Path, paths) for one in ([path] if inside else [path, *path.parents])}
    return all(one.stat().st_mode & 0o001 for one in wanted if one.is_dir())


def settle(reserved, room, user):
    """Give up every privilege of this process, and limit what it takes.

    reserved: the addresses that it began with; room: how many more it may take; user: whether it becomes
    nobody, where it is root.
    """
    os.setsid()
    die_with_parent()
    limits = {
        resource.RLIMIT_AS: reserved + room, resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 2**24,
        resource.RLIMIT_NOFILE: 128, resource.RLIMIT_NPROC: _PROCESSES,
    }  # fmt: skip
    for limit, wanted in limits.items():
        _, most = resource.getrlimit(limit)
        wanted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(limit, (wanted, wanted))
    _libc.prctl(_NO_NEW, 1, 0, 0, 0)
    for capability in range(64):
        _libc.prctl(_DROP_BOUND, capability, 0, 0, 0)
    if os.getuid() == 0 and user:
        with contextlib.suppress(PermissionError):  # a container may let nobody change
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        die_with_parent()  # a change of user clears it
    head, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    _libc.capset(head, none)


def die_with_parent():
    """End this process when its parent ends."""
    _libc.prctl(_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)


def adopt():
    """Become the parent of what children leave behind."""
    _libc.prctl(_ADOPT, 1, 0, 0, 0)


def end_children():
    """End and reap all children of this process, and theirs as they come to it; at most 200 times over."""
    for _ in range(200):
        for child in _children():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            if _children():
                os.waitpid(-1, 0)
            continue
        return


def sweep():
    """Empty the working folder, so that no worker leaves another one word."""
    for path in Path.cwd().iterdir():
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _children():
    with contextlib.suppress(OSError, ValueError):
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
        return [int(child) for child in text.split()]
    return []


def _without_network(user):
    return not user and _libc.unshare(_NEW["net"]) == 0


def _furnish(folder, readable, covered):
    _mount("none", "/", None, _RECURSIVE | _PRIVATE)
    root = folder / "root"
    root.mkdir()
    _mount("tmpfs", root, "tmpfs", _NO_SETUID | _NO_DEVICES, "size=32m,nr_inodes=4096,mode=755")
    for path in map(Path, readable):
        inside = root / path.relative_to("/")
        if path.is_symlink():  # as /lib is on most systems
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.symlink_to(os.readlink(path))
        elif path.exists() and not inside.exists():
            _bind(path, inside)
    for path in map(Path, covered):
        inside = root / path.relative_to("/")
        if inside.is_dir():
            _mount("tmpfs", inside, "tmpfs", _READ_ONLY, "size=4k,mode=555")
    work = root / "tmp"
    work.mkdir(exist_ok=True)
    work.chmod(0o1777)


def _bind(path, inside):
    if path.is_dir():
        inside.mkdir(parents=True, exist_ok=True)
    else:
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.touch()
    _mount(path, inside, None, _BIND | _RECURSIVE)
    now = os.statvfs(inside).f_flag
    kept = now & (_NO_SETUID | _NO_DEVICES | _NO_EXEC | _NO_ACCESS_TIME | _NO_DIR_TIME)
    kept |= _RELATIVE_TIME if now & 4096 else 0
    _mount("none", inside, None, _BIND | _REMOUNT | _READ_ONLY | _NO_SETUID | kept)


def _mount(source, target, kind, flags, data=None):
    texts = [None if one is None else os.fsencode(one) for one in (source, target, kind)]
    extra = None if data is None else data.encode()
    _checked(_libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), extra))


def _checked(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
