"""Disks of a scenario's own, small enough to fill and to copy."""

import pathlib
import subprocess


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()} (root and loop devices are needed)")


class Mounted:
    def __init__(self, place, *command):
        self.place = pathlib.Path(place)
        self.place.mkdir(parents=True, exist_ok=True)
        run(*command, str(self.place))

    def __enter__(self):
        return self.place

    def __exit__(self, *_trouble):
        run("umount", str(self.place))


def small_memory_disk(place, mebibytes):
    return Mounted(place, "mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none")


def make_image(image, mebibytes, *options):
    with open(image, "wb") as file:
        file.truncate(mebibytes << 20)
    run("mkfs.ext4", "-q", "-F", *options, str(image))


def disk_in_file(image, place):
    """ext4 with its journal; what the kernel has not been made to write is not in the image."""
    return Mounted(place, "mount", "-o", "loop", str(image))


def unmount_if(place):
    if pathlib.Path(place).is_mount():
        run("umount", str(place))


def writes_to(image):
    """How many writes the loop device over this file has done."""
    for device in pathlib.Path("/sys/block").glob("loop*"):
        backing = device / "loop" / "backing_file"
        if backing.exists() and backing.read_text().strip() == str(pathlib.Path(image).resolve()):
            return int((device / "stat").read_text().split()[4])
    raise RuntimeError(f"no loop device over {image}")
