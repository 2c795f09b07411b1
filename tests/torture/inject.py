"""Faults at an exact system call of one thread, by strace: the call fails, is slow, or is the process's last."""

import pathlib
import subprocess

from servers import wait_until

# What changes the world outside the process.
WRITES = "write,pwrite64,writev,pwritev,sendto,sendmsg,fsync,fdatasync,rename,unlink,ftruncate"


def threads(pid):
    """name -> thread ids. The first thread, which turns the I/O loop, has the program's name."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        found.setdefault((task / "comm").read_text().strip(), []).append(int(task.name))
    return found


class Injection:
    """`what`, in strace's words, for the n-th of `calls` that each of the threads makes from now on."""

    def __init__(self, numbers, calls, what, log):
        self.log = pathlib.Path(log)
        self.log.unlink(missing_ok=True)
        self.child = subprocess.Popen(
            ["strace", "-q", *(part for number in numbers for part in ("-p", str(number))), "-o", str(self.log), "-e", f"trace={calls}",
             "-e", f"inject={calls}:{what}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        wait_until(lambda: self.child.poll() is not None or all(map(is_traced, numbers)), 10, "strace to attach")
        # It also ends, and in good order, when the process has already died of the fault.
        if self.child.poll() is not None and is_alive(numbers[0]):
            raise RuntimeError(f"strace: {self.child.stderr.read().decode()}")

    def happened(self):
        return "(INJECTED)" in self.log.read_text() or "killed by SIGKILL" in self.log.read_text()

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
        self.child.wait()
        self.child.stderr.close()


def is_alive(thread):
    try:
        state = pathlib.Path(f"/proc/{thread}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def is_traced(thread):
    try:
        status = pathlib.Path(f"/proc/{thread}/status").read_text()
    except FileNotFoundError:
        return False
    return "TracerPid:\t0" not in status
