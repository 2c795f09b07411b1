"""Private servers for integration tests and the demo: Dovecot, an SMTP sink, and Tributary itself.

Everything listens on loopback with ports of its own choosing, lives below one folder, and is stopped
by process id. Waiting is always for an event with a deadline, never for a length of time.
"""

import grp
import http.client
import json
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("TRIBUTARY_BIN", str(ROOT / "build" / "release" / "tributary"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, patience=20.0, what="the condition"):
    """The condition's first true value; an error when patience runs out."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {patience} s for {what}")
        time.sleep(0.02)


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def unprivileged():
    """The account servers run as: never root, which Dovecot refuses anyway."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


class Process:
    """A child that is stopped by its pid when the test ends, whatever happened."""

    def __init__(self, command, log, **options):
        self.log = pathlib.Path(log)
        self.output = open(self.log, "ab")
        self.child = subprocess.Popen(command, stdout=self.output, stderr=self.output, stdin=subprocess.DEVNULL,
                                      **options)

    def stop(self, how=signal.SIGTERM, patience=15):
        if self.child.poll() is None:
            self.child.send_signal(how)
            try:
                self.child.wait(patience)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.output.close()
        return self.child.returncode


class Dovecot:
    """A private IMAP server with maildirs; any user signs in with PASSWORD."""

    PASSWORD = "open-sesame"

    def __init__(self, folder, fsync=True):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.mail = self.folder / "mail"
        self.mail.mkdir(parents=True, exist_ok=True)
        self.process = None
        self.delivered = 0
        self.account = unprivileged()
        os.chmod(self.folder, 0o755)
        self.give_away(self.mail)
        (self.folder / "dovecot.conf").write_text(self.configuration(fsync))

    def configuration(self, fsync):
        run = self.folder / "run"
        run.mkdir(exist_ok=True)
        return f"""
base_dir = {run}
state_dir = {run}
log_path = {self.folder / "dovecot.log"}
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {self.account.pw_name}
default_login_user = {self.account.pw_name}
default_internal_group = {self.group()}
first_valid_uid = 1
mail_uid = {self.account.pw_uid}
mail_gid = {self.account.pw_gid}
mail_location = maildir:{self.mail}/%u
mail_fsync = {"optimized" if fsync else "never"}
# Where the machine has no inotify left, Dovecot looks for itself; every 30 s is too seldom for tests.
mailbox_idle_check_interval = 2 secs
passdb {{
  driver = static
  args = password={self.PASSWORD}
}}
userdb {{
  driver = static
  args = uid={self.account.pw_uid} gid={self.account.pw_gid} home={self.mail}/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {self.port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap {{
  process_limit = 1024
}}
"""

    def group(self):
        return grp.getgrgid(self.account.pw_gid).gr_name

    def give_away(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def start(self):
        command = ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = Process(command, self.folder / "dovecot.out")
        wait_until(lambda: answers(self.port), what="Dovecot to answer")
        return self

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def url(self):
        return f"imap+insecure://127.0.0.1:{self.port}"

    def deliver(self, user, message):
        """Puts one message into the INBOX the way an MTA does: written aside, then renamed into new/."""
        box = self.mail / user
        if not (box / "cur").exists():
            for part in ("", "tmp", "new", "cur"):
                (box / part).mkdir(parents=True, exist_ok=True)
                self.give_away(box / part)
        self.delivered += 1
        name = f"{time.time_ns()}.{os.getpid()}_{self.delivered}.test"
        aside = box / "tmp" / name
        aside.write_bytes(message)
        self.give_away(aside)
        aside.rename(box / "new" / name)


class SmtpSink:
    """Postfix's smtp-sink; each message it took stands in a file of its own."""

    def __init__(self, folder, port=None):
        self.folder = pathlib.Path(folder)
        self.box = self.folder / "sent"
        self.box.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.process = None

    def start(self):
        os.chmod(self.folder, 0o755)
        os.chmod(self.box, 0o777)
        who = ["-u", unprivileged().pw_name] if os.geteuid() == 0 else []
        command = ["smtp-sink", *who, "-d", f"{self.box}/%M.", f"127.0.0.1:{self.port}", "100"]
        self.process = Process(command, self.folder / "sink.out", cwd=self.box)
        wait_until(lambda: answers(self.port), what="smtp-sink to answer")
        return self

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def url(self):
        return f"smtp+insecure://127.0.0.1:{self.port}"

    def messages(self):
        """Whole messages only: smtp-sink writes while it receives, and ends each with an empty line."""
        found = []
        for path in sorted(self.box.iterdir()):
            text = path.read_bytes()
            if b"\n\n" in text and b"Message-ID" in text:
                found.append(text)
        return found


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)


def mailbox(dovecot, smtp=None, name="support", user="support", address="support@example.org", more=""):
    """A mailbox on that Dovecot as a [[connector]], answering through `smtp` when given; `more` are further lines."""
    return f"""
[[connector]]
name = "{name}"
channel = "email"
address = "{address}"
trusted_authserv = ["mx.test"]
imap.url = "{dovecot.url()}"
imap.user = "{user}"
imap.password = "{dovecot.PASSWORD}"
{f'smtp.url = "{smtp.url()}"' if smtp else ""}
{more}
"""


class Tributary:
    """The daemon on a folder of its own. `connectors` is TOML text."""

    def __init__(self, folder, connectors="", house="", listen="127.0.0.1:0", state=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.state = pathlib.Path(state or self.folder / "state")
        self.config = self.folder / "tributary.toml"
        self.write_config(connectors, house, listen)
        self.process = None
        self.port = None
        self.secret = None

    def write_config(self, connectors, house="", listen="127.0.0.1:0"):
        self.config.write_text(
            f'[server]\nlisten = "{listen}"\n[store]\nurl = "sqlite:{self.state}/tributary.db"\n'
            f'state = "{self.state}"\n{house}\n{connectors}\n')
        self.config.chmod(0o600)

    def command(self, *arguments, **options):
        return subprocess.run([BINARY, *arguments, "--config", str(self.config)], capture_output=True, timeout=60,
                              **options)

    def start(self, prefix=(), patience=30):
        port_file = self.state / "http.port"
        port_file.unlink(missing_ok=True)
        self.process = Process([*prefix, BINARY, "serve", "--config", str(self.config)], self.folder / "daemon.log")

        def is_ready():
            if self.process.child.poll() is not None:
                raise RuntimeError(f"the daemon ended with {self.process.child.returncode}:\n{self.log_tail()}")
            if not port_file.exists():
                return False
            self.port = int(port_file.read_text())
            try:
                return self.get("/readyz", sign_in=False).status == 200
            except OSError:
                return False

        wait_until(is_ready, patience, "the daemon to be ready")
        return self

    def log_tail(self):
        return (self.folder / "daemon.log").read_text(errors="replace")[-4000:]

    def stop(self):
        code = None
        if self.process:
            code = self.process.stop()
            self.process = None
        return code

    def kill(self):
        if self.process:
            self.process.stop(signal.SIGKILL)
            self.process = None

    def token(self, role="admin", name="test"):
        made = self.command("token", "create", "--name", name, "--role", role)
        if made.returncode != 0:
            raise RuntimeError(made.stderr.decode())
        return made.stdout.decode().strip()

    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def request(self, method, path, body=None, headers=None, sign_in=True):
        headers = dict(headers or {})
        if sign_in:
            if self.secret is None:
                self.secret = self.token()
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def items(self, path):
        """All pages of a list."""
        found, cursor = [], None
        while True:
            query = {"limit": 200, **({"cursor": cursor} if cursor else {})}
            glue = "&" if "?" in path else "?"
            reply = self.get(path + glue + urllib.parse.urlencode(query))
            if reply.status != 200:
                raise RuntimeError(f"GET {path}: {reply.status} {reply.body[:500]!r}")
            page = reply.json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def wait_for_connector(self, name, patience=30):
        def is_up():
            state = self.get(f"/api/v1/connectors/{name}").json()
            return state["state"] == "up" and state

        return wait_until(is_up, patience, f"connector {name} to be up")

