"""Installs the Debian package in a bare Debian, runs the daemon as its unit would, and asks it whether it is ready.

    python3 tests/package/test_package.py PACKAGE.deb [BARE-SYSTEM]

Needs root and debootstrap. The bare system is made once (build/package/bare, some minutes) and copied for each run; a
folder with one may be given instead.
"""

import configparser
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from servers import wait_until  # noqa: E402

PACKAGE = pathlib.Path()
BARE = ROOT / "build" / "package" / "bare"
MIRROR = "http://deb.debian.org/debian"


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def make_bare_system():
    """Aside first: half a system must not be taken for a whole one."""
    if BARE.exists():
        return
    if not shutil.which("debootstrap"):
        sys.exit("debootstrap is needed")
    aside = BARE.with_suffix(".new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["debootstrap", "--variant=minbase", "bookworm", str(aside), MIRROR], check=True,
                   stdout=subprocess.DEVNULL)
    aside.rename(BARE)


class Fields(unittest.TestCase):
    """What can be seen without installing it."""

    def test_control(self):
        fields = run("dpkg-deb", "--field", str(PACKAGE))
        self.assertRegex(fields, r"(?m)^Package: tributary$")
        self.assertRegex(fields, r"(?m)^Architecture: amd64$")
        depends = re.search(r"(?m)^Depends: (.*)$", fields)[1]
        for library in ("libc6", "libcurl4", "libsqlite3-0", "libvmime1", "libsodium23", "libssl3", "libsystemd0"):
            self.assertIn(library, depends)

    def test_every_file_is_roots_and_nobody_elses_to_write(self):
        for line in run("dpkg-deb", "--contents", str(PACKAGE)).splitlines():
            mode, owner = line.split()[:2]
            self.assertEqual(owner, "root/root", line)
            self.assertEqual((mode[5], mode[8]), ("-", "-"), line)
            self.assertNotIn("s", mode[1:].lower(), line)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        make_bare_system()
        cls.scratch = tempfile.TemporaryDirectory(prefix="tributary-package-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.root = pathlib.Path(cls.scratch.name) / "root"
        run("cp", "-a", "--reflink=auto", str(BARE), str(cls.root))
        shutil.copy("/etc/resolv.conf", cls.root / "etc" / "resolv.conf")
        # This machine's way to the packages, its proxies and mirrors included.
        shutil.copytree("/etc/apt/apt.conf.d", cls.root / "etc/apt/apt.conf.d", dirs_exist_ok=True)
        policy = cls.root / "usr" / "sbin" / "policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        shutil.copy(PACKAGE, cls.root / "tributary.deb")
        run("mount", "-t", "proc", "proc", str(cls.root / "proc"))
        cls.addClassCleanup(run, "umount", str(cls.root / "proc"))
        cls.inside("apt-get", "update", "-q")
        cls.inside("apt-get", "install", "-q", "-y", "--no-install-recommends", "/tributary.deb")

    @classmethod
    def inside(cls, *command, **options):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
        return run("chroot", str(cls.root), *command, env=environment, **options)

    def identity(self):
        line = next(line for line in (self.root / "etc/passwd").read_text().splitlines() if line.startswith("tributary:"))
        return tuple(int(number) for number in line.split(":")[2:4])

    def unit(self):
        """[Service] of the installed unit; of settings that stand more than once, the last."""
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str
        parser.read(self.root / "lib/systemd/system/tributary.service")
        return parser["Service"]

    def as_service(self, *command):
        """The command as systemd would start it, as far as a chroot goes: user, no capabilities, no new privileges."""
        user = self.unit()["User"]
        return [shutil.which("chroot"), str(self.root), "setpriv", f"--reuid={user}", f"--regid={self.unit()['Group']}", "--clear-groups",
                "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *command]

    def test_1_its_configuration_is_good_and_private(self):
        config = self.root / "etc/tributary/tributary.toml"
        uid, gid = self.identity()
        info = config.stat()
        self.assertEqual((info.st_mode & 0o777, info.st_uid, info.st_gid), (0o640, 0, gid))
        self.assertEqual((self.root / "etc/tributary/secrets").stat().st_mode & 0o777, 0o700)
        self.assertIn("/etc/tributary/tributary.toml", self.inside("cat", "/var/lib/dpkg/info/tributary.conffiles"))
        run(*self.as_service("tributary", "check-config"))
        state = (self.root / "var/lib/tributary").stat()
        self.assertEqual((state.st_mode & 0o777, state.st_uid), (0o700, uid))

    def test_2_nothing_that_root_runs_is_the_services_to_write(self):
        listed = self.inside("dpkg", "-L", "tributary").split()
        scripts = [f"/var/lib/dpkg/info/tributary.{name}" for name in ("postinst", "prerm", "postrm")]
        # The folders above them, too: who can write there can put another file in their place.
        paths = {str(parent) for path in listed + scripts for parent in (pathlib.Path(path), *pathlib.Path(path).parents)}
        self.assertIn("/usr/bin/tributary", paths)
        scan = 'for path; do if [ -w "$path" ]; then echo "$path"; fi; done'
        state = "/var/lib/tributary"  # the one thing that is, which shows that the scan sees
        found = run(*self.as_service("sh", "-c", scan, "scan", state, *sorted(paths)))
        self.assertEqual(found, state + "\n")

    def test_3_it_starts_and_is_ready(self):
        config = self.root / "etc/tributary/tributary.toml"
        config.write_text(config.read_text().replace('# listen = "127.0.0.1:8080"', 'listen = "127.0.0.1:0"'))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            notify = self.root / "run/tributary-notify"
            ear.bind(str(notify))
            notify.chmod(0o777)
            ear.settimeout(60)
            command = self.as_service(*shlex.split(self.unit()["ExecStart"]))
            environment = {"PATH": "/usr/bin:/bin", "NOTIFY_SOCKET": "/run/tributary-notify", "WATCHDOG_USEC": "900000"}
            log = open(pathlib.Path(self.scratch.name) / "daemon.log", "w+b")
            self.addCleanup(log.close)
            daemon = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            try:
                for word in (b"READY=1", b"WATCHDOG=1"):
                    while word not in ear.recv(4096):
                        pass
                port = int((self.root / "var/lib/tributary/http.port").read_text())
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as answer:
                    self.assertEqual(answer.status, 200)
                    self.assertIn(b'"ready":true', answer.read())
                token = run(*self.as_service("tributary", "token", "create", "--name", "Kim", "--role", "admin")).strip()
                ask = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/me", headers={"Authorization": f"Bearer {token}"})
                with urllib.request.urlopen(ask, timeout=20) as answer:
                    self.assertEqual(answer.status, 200)
            except TimeoutError:
                log.seek(0)
                self.fail(log.read().decode(errors="replace")[-3000:])
            finally:
                daemon.send_signal(signal.SIGTERM)
                self.assertEqual(daemon.wait(30), 0)

    def test_4_the_manual_is_there(self):
        for path in ("usr/share/man/man1/tributary.1.gz", "usr/share/doc/tributary/copyright",
                     "usr/share/doc/tributary/docs/operations.md", "usr/share/doc/tributary/examples/tributary.toml"):
            self.assertTrue((self.root / path).stat().st_size > 0, path)

    def test_5_removing_it_leaves_what_customers_wrote(self):
        self.inside("dpkg", "--purge", "tributary")
        self.assertFalse((self.root / "usr/bin/tributary").exists())
        self.assertFalse((self.root / "etc/tributary/tributary.toml").exists())
        self.assertTrue((self.root / "var/lib/tributary/tributary.db").exists())


if __name__ == "__main__":
    if len(sys.argv) < 2 or os.geteuid() != 0:
        sys.exit(__doc__)
    PACKAGE = pathlib.Path(sys.argv.pop(1)).resolve()
    if len(sys.argv) > 1:
        BARE = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
