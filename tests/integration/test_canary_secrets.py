"""Twenty-five secrets of the configuration, looked for wherever a secret could come out."""

import base64
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import Dovecot, Tributary, free_port, wait_until  # noqa: E402


class Secrets:
    """`texts` are what must not be seen; each is given inline or by a file of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.texts = []

    def make(self, shape="{}"):
        number = len(self.texts)
        core = f"canary{number:02d}-{'kept-secret' * 2}"
        self.texts.append(core)
        text = shape.format(core)
        if number % 2:
            return json.dumps(text)
        file = self.folder / f"secret-{number}"
        file.write_text(text)
        file.chmod(0o600)
        return f'{{ file = "{file}" }}'

    def hook(self):
        """A whsec_ key is base64: both its spellings are secret."""
        given = self.make()
        number = len(self.texts) - 1
        coded = base64.b64encode(self.texts[number].encode()).decode()
        self.texts[number] = (self.texts[number], coded)
        if given.startswith("{"):
            (self.folder / f"secret-{number}").write_text("whsec_" + coded)
            return given
        return json.dumps("whsec_" + coded)

    def found_in(self, content):
        return [one for one in self.texts
                if any(text.encode() in content for text in (one if isinstance(one, tuple) else (one,)))]


class CanarySecrets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-canary-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        for name in ("imap", "secrets"):
            (self.folder / name).mkdir()
        self.dovecot = Dovecot(self.folder / "imap", fsync=False).start()
        self.addCleanup(self.dovecot.stop)
        self.secrets = Secrets(self.folder / "secrets")
        self.desk = Tributary(self.folder / "desk", self.connectors(), '[log]\nlevel = "debug"\n').start()
        self.addCleanup(self.desk.stop)

    def connectors(self):
        """Five mailboxes whose logins are refused, five that nobody answers, ten webhooks, five chats."""
        make, parts = self.secrets.make, []
        for number in range(10):
            url = self.dovecot.url() if number < 5 else f"imap+insecure://127.0.0.1:{free_port()}"
            parts.append(f'[[connector]]\nname = "mail{number}"\nchannel = "email"\naddress = "m{number}@example.org"\n'
                         f'imap.url = "{url}"\nimap.user = "user{number}"\nimap.password = {make()}\n')
        for number in range(10):
            parts.append(f'[[connector]]\nname = "hook{number}"\nchannel = "webhook"\npreset = "standard-webhooks"\n'
                         f"secret = {self.secrets.hook()}\n")
        for number in range(5):
            parts.append(f'[[connector]]\nname = "chat{number}"\nchannel = "chat"\nsecret = {make()}\n')
        return "\n".join(parts)

    def provoke(self):
        """What fails tells why, and a reason is where secrets like to stand."""
        said = b""
        for number in range(10):
            wrong = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
            said += self.desk.request("POST", f"/in/hook{number}", {}, wrong, sign_in=False).body
            said += self.desk.post(f"/api/v1/connectors/mail{number}/check").body
            done = self.desk.command("connector", "check", f"mail{number}")
            said += done.stdout + done.stderr
        for number in range(5):
            said += self.desk.request("POST", f"/chat/chat{number}/v3/directline/tokens/generate", {},
                                      {"Authorization": "Bearer wrong"}, sign_in=False).body
        return said

    def everything_the_api_says(self):
        said = b""
        described = json.loads(self.desk.get("/openapi.json").body)
        names = [one["name"] for one in self.desk.get("/api/v1/connectors").json()["items"]]
        for path, methods in described["paths"].items():
            if "get" not in methods or "{id}" in path:
                continue
            for name in names if "{name}" in path else [""]:
                said += self.desk.get(path.replace("{name}", name)).body if "changes" not in path else b""
        return said

    def processes(self):
        """Command lines and surroundings of the daemon and its helpers."""
        said = b""
        parent = str(self.desk.process.child.pid)
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                is_ours = process.name == parent or f"PPid:\t{parent}\n" in (process / "status").read_text()
                if is_ours:
                    said += (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            except OSError:
                continue
        return said

    def test_none_comes_out_anywhere(self):
        self.assertEqual(len(self.secrets.texts), 25)
        config = self.desk.config.read_bytes() + b"".join(one.read_bytes() for one in self.secrets.folder.iterdir())
        self.assertEqual(len(self.secrets.found_in(config)), 25, "the search finds them where they are")
        wait_until(lambda: self.desk.get("/api/v1/connectors/mail0").json()["state"] != "starting", what="a login")
        self.dovecot.deliver("user0", b"From: a@b.example\n\nhello\n")
        said = {"answers": self.provoke(), "api": self.everything_the_api_says(), "processes": self.processes()}
        self.assertEqual(self.desk.command("backup", str(self.folder / "backup")).returncode, 0)
        said["commands"] = b"".join(self.desk.command(*arguments).stdout for arguments in (
            ("connector", "list", "--json"), ("check-config",), ("verify", "--json"), ("describe",)))
        for file in [*self.desk.state.rglob("*"), self.folder / "backup", self.desk.folder / "daemon.log"]:
            if file.is_file():
                said[file.name] = file.read_bytes()
        self.assertIn("tributary.db-wal", said)
        self.assertEqual({where: found for where, content in said.items()
                          if (found := self.secrets.found_in(content))}, {})
        self.assertIn("Max core file size        0 ",
                      pathlib.Path(f"/proc/{self.desk.process.child.pid}/limits").read_text())


if __name__ == "__main__":
    unittest.main()
