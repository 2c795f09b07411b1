"""What a configuration file may hold, K1–K13 of the catalogue of bad input: each with its stated outcome."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import BINARY, Tributary, wait_until  # noqa: E402

GOOD = """[server]
listen = "127.0.0.1:0"
[store]
url = "sqlite:{folder}/state/tributary.db"
state = "{folder}/state"
"""
FORM = """
[[connector]]
name = "contact"
channel = "webform"
"""
HOOK = """
[[connector]]
name = "shop"
channel = "webhook"
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"""
MAILBOX = """
[[connector]]
name = "{name}"
channel = "email"
address = "{name}@example.org"
imap.url = "imaps://mail.example.org"
imap.user = "support"
imap.password = "{password}"
"""


class Config(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-config-door-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "tributary.toml"

    def check(self, text, mode=0o600, environment=None, command="check-config"):
        if text is not None:
            data = text.encode() if isinstance(text, str) else text
            self.file.write_bytes(data.replace(b"{folder}", str(self.folder).encode()))
            self.file.chmod(mode)
        return subprocess.run([BINARY, command, "--config", str(self.file)], capture_output=True, text=True, timeout=60,
                              env={**os.environ, **(environment or {})})

    def assert_refused(self, done, *words):
        self.assertEqual(done.returncode, 2, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        return done.stderr

    # --- the file

    # K1
    def test_K01_a_file_that_is_none(self):
        self.assert_refused(self.check(None), str(self.file))
        self.file.mkdir()
        self.assert_refused(self.check(None), "directory")
        self.file.rmdir()
        self.assertEqual(self.check("").returncode, 0, "an empty file is all defaults")
        done = self.check(GOOD + HOOK, mode=0o644)
        self.assert_refused(done, "secret", "chmod 600")
        self.assertNotIn("whsec_", done.stderr)

    # K2
    def test_K02_a_fault_of_syntax_has_a_place(self):
        done = self.check(GOOD + 'x = = 1\n')
        self.assert_refused(done, "tributary.toml:6:5")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)

    # K3
    def test_K03_an_unknown_key_names_the_nearest(self):
        self.assert_refused(self.check(GOOD + FORM + 'alowed_origins = []\n'), ":10:1", "alowed_origins", "allowed_origins")
        self.assert_refused(self.check("[sever]\nlisten = \"127.0.0.1:0\"\n"), "sever", "server")

    # K4
    def test_K04_what_stands_twice_is_named_with_both_places(self):
        self.assert_refused(self.check(GOOD + FORM + FORM), "contact", ":7", ":11")
        self.assert_refused(self.check("[log]\nlevel = \"info\"\nlevel = \"warn\"\n"), ":3:")

    # K5
    def test_K05_a_wrong_type_or_unit_says_what_is_right(self):
        for value in ('10', '"10 s"', '"-1s"', '"1e9d"', '"∞"', '"10"', 'true', '""'):
            done = self.check(f"[desk]\nundo_window = {value}\n")
            self.assert_refused(done, "undo_window", ":2:")
        self.assert_refused(self.check('[log]\nlevel = "loud"\n'), "level", "debug", "error")

    # K6
    def test_K06_an_address_that_cannot_be_listened_on(self):
        for listen in ("127.0.0.1:70000", "127.0.0.1", "", "127.0.0.1:-1", "127.0.0.1:http"):
            self.assert_refused(self.check(f'[server]\nlisten = "{listen}"\n'), "listen")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = self.check(GOOD.replace("127.0.0.1:0", f"127.0.0.1:{port}"), command="serve")
            self.assertIn(done.returncode, (1, 2))
            self.assertIn(str(port), done.stderr)
        done = self.check(GOOD.replace("127.0.0.1:0", "203.0.113.7:8080"), command="serve")
        self.assertIn(done.returncode, (1, 2))
        self.assertIn("203.0.113.7", done.stderr)

    # K7
    def test_K07_secrets_that_are_not_there(self):
        hook = HOOK.split("secret")[0]
        (self.folder / "empty").write_text("")
        for value, word in (('{ file = "{folder}/missing" }', "missing"), ('{ file = "{folder}/empty" }', "empty"),
                            ('{ env = "NO_SUCH_VARIABLE" }', "NO_SUCH_VARIABLE"), ('""', "secret"),
                            ('{ fil = "x" }', "secret"), ("7", "secret")):
            self.assert_refused(self.check(GOOD + hook + f"secret = {value}\n"), word)
        done = self.check(GOOD + hook + 'secret = "tooshort-canary"\nno_such = 1\n')
        self.assert_refused(done, "no_such")
        self.assertNotIn("canary", done.stderr + done.stdout)

    # K8
    def test_K08_tls_files_that_do_not_fit(self):
        key, other = self.folder / "key.pem", self.folder / "other.pem"
        certificate, old = self.folder / "certificate.pem", self.folder / "old.pem"
        for name in (key, other):
            subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name],
                           check=True, capture_output=True)
        for name, ends in ((certificate, "20990101000000Z"), (old, "20200102000000Z")):
            subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", "/CN=desk.example", "-out", self.folder / "csr"],
                           check=True, capture_output=True)
            self.sign(key, name, ends)
        sealed = self.folder / "sealed.pem"
        subprocess.run(["openssl", "ec", "-in", key, "-aes256", "-passout", "pass:canary", "-out", sealed], check=True,
                       capture_output=True)
        tls = '[server]\nlisten = "127.0.0.1:0"\ntls_certificate = "{}"\ntls_key = "{}"\n'
        rest = GOOD.split("\n", 2)[2]
        for pair in ((certificate, other), (old, key), (certificate, self.folder / "missing"), (certificate, sealed), (key, key),
                     (self.folder, key)):
            done = self.check(tls.format(*pair) + rest, command="serve")
            self.assertIn(done.returncode, (1, 2), pair)
            self.assertTrue(any(str(name) in done.stderr for name in pair), done.stderr)
            self.assertNotIn("canary", done.stderr)

    def sign(self, key, certificate, ends):
        """openssl x509 cannot make a certificate that has ended; openssl ca can."""
        authority = self.folder / "ca"
        authority.mkdir(exist_ok=True)
        (authority / "index.txt").write_text("")
        (authority / "serial").write_text("01")
        (authority / "ca.cnf").write_text(f"""[ca]
default_ca = own
[own]
dir = {authority}
database = {authority}/index.txt
serial = {authority}/serial
new_certs_dir = {authority}
default_md = sha256
policy = any
[any]
commonName = supplied
""")
        subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-config", authority / "ca.cnf", "-keyfile", key, "-in",
                        self.folder / "csr", "-out", certificate, "-startdate", "20190101000000Z", "-enddate", ends,
                        "-notext"], check=True, capture_output=True)

    # K9
    def test_K09_two_connectors_that_clash(self):
        self.assert_refused(self.check(GOOD + MAILBOX.format(name="one", password="x") +
                                       MAILBOX.format(name="two", password="x")), "one", "two")

    # K10
    def test_K10_strange_bytes(self):
        self.assertEqual(self.check(b"\xef\xbb\xbf" + GOOD.encode()).returncode, 0)
        self.assertEqual(self.check(GOOD.replace("\n", "\r\n")).returncode, 0)
        self.assert_refused(self.check(b"x = \"\xff\"\n"), ":1:")
        self.assert_refused(self.check(b"x = \"\0\"\n"), ":1:")
        self.assert_refused(self.check("#" + "x" * 10_000_000), "larger")
        loop = self.folder / "loop"
        loop.symlink_to(loop)
        done = subprocess.run([BINARY, "check-config", "--config", str(loop)], capture_output=True, text=True, timeout=60)
        self.assert_refused(done, "loop")

    # K11
    def test_K11_one_bad_connector_keeps_the_old_set(self):
        desk = Tributary(self.folder / "desk", FORM).start()
        self.addCleanup(desk.kill)
        desk.get("/api/v1/me")  # makes its token while the file is whole
        whole = desk.config.read_text()
        desk.config.write_text(whole + HOOK.replace("secret", "secrte"))
        desk.process.child.send_signal(signal.SIGHUP)
        wait_until(lambda: "daemon.reload_refused" in desk.log_tail(), what="the reload to be refused")
        names = [item["name"] for item in desk.get("/api/v1/connectors").json()["items"]]
        self.assertEqual(names, ["contact"])
        self.assertEqual(desk.post("/in/contact", {"email": "ann@example.com", "message": "still here"}, sign_in=False).status, 202)
        desk.config.write_text(whole + HOOK)
        desk.process.child.send_signal(signal.SIGHUP)
        wait_until(lambda: len(desk.get("/api/v1/connectors").json()["items"]) == 2, what="the mended configuration")

    # K12
    def test_K12_a_variable_that_holds_nothing_good(self):
        text = GOOD + HOOK.split("secret")[0] + 'secret = { env = "SHOP_SECRET" }\n'
        done = self.check(text, environment={"SHOP_SECRET": ""})
        self.assert_refused(done, "SHOP_SECRET")
        done = subprocess.run([BINARY, "check-config"], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "TRIBUTARY_CONFIG": str(self.folder / "nowhere.toml")})
        self.assert_refused(done, "nowhere.toml")

    # K13
    def test_K13_checking_has_no_side_effects(self):
        self.assertEqual(self.check(GOOD + FORM).returncode, 0)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["tributary.toml"])


if __name__ == "__main__":
    unittest.main()
