"""The processes in which ministack runs our functions: which of them asks something of us, and when it started."""

import os
import pathlib
import time

PROC = pathlib.Path("/proc")
ESTABLISHED = "01"


def asking(cloud, port, server):
    """The process of a function that is connected from this port of its own to that port of a server: its id."""
    inode = f"socket:[{_inode(port, server)}]"
    for pid in _functions(cloud):
        if inode in _open_files(pid):
            return pid
    raise AssertionError(f"no function asks from port {port}")


def running(cloud, function):
    """The processes of a function, by its name."""
    return [pid for pid in _functions(cloud) if name(pid) == function]


def name(pid):
    """The name of the function that the process is of."""
    try:
        variables = (PROC / str(pid) / "environ").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return None  # It has ended.
    return dict(variable.split("=", 1) for variable in variables if "=" in variable).get("AWS_LAMBDA_FUNCTION_NAME")


def started(pid):
    """When it started, to the hundredth of a second, as `now` counts."""
    return int(_stat(pid)[19]) / os.sysconf("SC_CLK_TCK")


def now():
    """Seconds since this machine started."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _functions(cloud):
    """Our ministack starts them itself, and they lie in its own temporary folder: nothing else is ever meant."""
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            is_child = int(_stat(entry.name)[1]) == cloud.pid
            if is_child and (entry / "exe").readlink().is_relative_to(cloud.temporary):
                yield int(entry.name)
        except (FileNotFoundError, ProcessLookupError):
            continue  # It has ended.


def _stat(pid):
    """The fields of its `stat` behind its name, which may hold anything: its state is 0, its parent 1, its start 19."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _inode(port, server):
    for line in (PROC / "net/tcp").read_text().splitlines()[1:]:
        _, ours, theirs, state, *rest = line.split()
        if [int(address.partition(":")[2], 16) for address in (ours, theirs)] == [port, server] and state == ESTABLISHED:
            return rest[5]
    raise AssertionError(f"nothing is connected from port {port}")


def _open_files(pid):
    found = set()
    for file in (PROC / str(pid) / "fd").iterdir():
        try:
            found.add(str(file.readlink()))
        except FileNotFoundError:
            continue
    return found
