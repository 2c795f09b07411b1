"""Mail handed in over LMTP and SMTP: what was answered with 250 is there, whatever happens next."""

import concurrent.futures
import pathlib
import shutil
import smtplib
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import Tributary, answers, free_port, wait_until  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402


def mail(number):
    return (f"From: Bob <bob@example.org>\r\nTo: support@example.com\r\nSubject: mail {number}\r\n"
            f"Message-ID: <{number}@example.org>\r\n\r\nHello {number}.\r\n.a line with a dot\r\n").encode()


class Lmtp(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tributary-lmtp-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.port = free_port()

    def desk(self, listen=None, more=""):
        desk = Tributary(self.folder / "desk", f"""
[[connector]]
name = "support"
channel = "email"
address = "support@example.com"
aliases = ["help@example.com"]
lmtp.listen = "{listen or f"127.0.0.1:{self.port}"}"
{more}
""").start()
        self.addCleanup(desk.stop)
        return desk

    def subjects(self, desk):
        with sqlite3.connect(f"file:{desk.state}/tributary.db?mode=ro", uri=True) as store:
            return sorted(subject for (subject,) in store.execute("SELECT subject FROM content"))

    def connect(self, kind=smtplib.LMTP):
        wait_until(lambda: answers(self.port), what="the listener")
        client = kind("127.0.0.1", self.port, timeout=20)
        self.addCleanup(client.close)
        return client

    def test_a_mail_that_was_taken_survives_a_kill(self):
        desk = self.desk()
        client = self.connect()
        for number in range(25):
            client.ehlo_or_helo_if_needed()
            client.mail("bob@example.org")
            client.rcpt("support@example.com")
            client.rcpt("help+token@example.com")
            # An answer a recipient; the library reads the first.
            self.assertEqual([client.data(mail(number))[0], client.getreply()[0]], [250, 250])
        desk.kill()
        self.assertEqual(self.subjects(desk), sorted(f"mail {number}" for number in range(25)))

    def test_strangers_and_repeats(self):
        desk = self.desk()
        client = self.connect()
        refused = client.sendmail("bob@example.org", ["support@example.com", "nobody@example.com"], mail(1))
        self.assertEqual(refused["nobody@example.com"][0], 550)
        client.sendmail("bob@example.org", ["support@example.com"], mail(1))  # its answer was lost, say
        self.assertEqual(self.subjects(desk), ["mail 1"])
        with self.assertRaises(smtplib.SMTPRecipientsRefused):
            client.sendmail("bob@example.org", ["nobody@example.com"], mail(2))
        self.assertIn(".a line with a dot", self.text_of(desk))

    def text_of(self, desk):
        with sqlite3.connect(f"file:{desk.state}/tributary.db?mode=ro", uri=True) as store:
            return store.execute("SELECT text FROM content").fetchone()[0]

    def test_a_mail_too_deep_is_held_back_and_its_words_are_shown(self):
        # E1
        desk = self.desk()
        deep = "".join(f"Content-Type: multipart/mixed; boundary=b{at}x\r\n\r\n--b{at}x\r\n" for at in range(40))
        words = ("From: Ann <ann@example.org>\r\nSubject: Deep\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n"
                 "--out\r\n\r\nwords above\r\n--out\r\n" + deep + "\r\nhidden\r\n--out--\r\n")
        self.connect().sendmail("ann@example.org", ["support@example.com"], words.encode())
        item = desk.get("/api/v1/quarantine").json()["items"][0]
        self.assertEqual((item["reason"], item["subject"], item["sender"]), ("mime_depth", "Deep", "ann@example.org"))
        shown = desk.get(f"/api/v1/quarantine/{item['id']}").json()
        self.assertEqual(shown["content"]["text"], "words above")
        self.assertEqual(self.subjects(desk), [])

    def test_files_that_could_run_are_not_handed_out(self):
        # E47
        desk = self.desk()
        part = '--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="{}"\r\n\r\nMZ\r\n'
        names = ["setup.exe", "Photo.PNG.Scr", "x.js. .", "fine.png", "exe", "page.html", "x.svgz", "x.pht"]
        message = ("From: Bob <bob@example.org>\r\nSubject: files\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                   + "".join(part.format(name) for name in names) + "--b--\r\n")
        self.connect().sendmail("bob@example.org", ["support@example.com"], message.encode())
        ticket = desk.get("/api/v1/tickets").json()["items"][0]["id"]
        mail = desk.get(f"/api/v1/tickets/{ticket}").json()["interactions"][0]
        self.assertEqual(len(mail["attachments"]), len(names))
        target = f"/api/v1/interactions/{mail['id']}"
        for file in mail["attachments"]:
            reply = desk.get(f"{target}/attachments/{file['id']}")
            if file["filename"] in names[:3]:
                self.assertEqual((reply.status, reply.json()["reason"]), (403, "blocked_file"), file["filename"])
            else:
                self.assertEqual((reply.status, reply.body), (200, b"MZ"), file["filename"])
                self.assertIn("sandbox", reply.headers["Content-Security-Policy"])
        self.assertIn(b"setup.exe", desk.get(f"{target}/raw").body)

    def test_a_flood_takes_nobodys_turn_and_loses_nothing(self):
        """E62: one sender at full speed, many forged ones, and the mail of another mailbox in between."""
        smtp = SmtpServer()
        self.addCleanup(smtp.stop)
        quiet = free_port()
        desk = Tributary(self.folder / "desk", "".join(f"""
[[connector]]
name = "{name}"
channel = "email"
address = "{name}@example.com"
acknowledge = true
lmtp.listen = "127.0.0.1:{port}"
smtp.url = "{smtp.url()}"
smtp.user = ""
""" for name, port in (("support", self.port), ("sales", quiet)))).start()
        self.addCleanup(desk.stop)
        wait_until(lambda: answers(self.port) and answers(quiet), what="the listeners")
        each, floods = 400, 2

        def flood(kind):
            with smtplib.LMTP("127.0.0.1", self.port, timeout=60) as client:
                for number in range(each):
                    sender = "bob@example.org" if kind == 0 else f"forged{number}@example.org"
                    text = mail(f"{kind}-{number}").replace(b"bob@example.org", sender.encode())
                    client.sendmail(sender, ["support@example.com"], text)

        waits = []
        with concurrent.futures.ThreadPoolExecutor(floods) as pool, \
                smtplib.LMTP("127.0.0.1", quiet, timeout=60) as client:
            running = [pool.submit(flood, kind) for kind in range(floods)]
            while not all(one.done() for one in running):
                started = time.monotonic()
                client.sendmail("ann@example.org", ["sales@example.com"], mail(f"sales {len(waits)}"))
                waits.append(time.monotonic() - started)
            for one in running:
                one.result()
        self.assertLess(sorted(waits)[len(waits) * 99 // 100], 2.0)
        print(f"E62: {each * floods} mails beside {len(waits)} of another mailbox, which waited at most {max(waits):.2f} s",
              file=sys.stderr)
        self.assertEqual(len(self.subjects(desk)), len(set(self.subjects(desk))))
        taken = [one for one in self.subjects(desk) if one.startswith("mail ") and not one.startswith("mail sales")]
        self.assertEqual(len(taken), each * floods)
        self.assertEqual(len(self.subjects(desk)) - self.answers_queued(desk), each * floods + len(waits))

    def answers_queued(self, desk):
        """How often the house itself has answered: an address once, and all of them within the hour's budget."""
        with sqlite3.connect(f"file:{desk.state}/tributary.db?mode=ro", uri=True) as store:
            sent = store.execute("SELECT count(*) FROM interaction WHERE direction = 2").fetchone()[0]
        self.assertLessEqual(sent, 200)
        return sent

    def test_smtp_and_a_unix_socket(self):
        desk = self.desk()
        self.connect(smtplib.SMTP).sendmail("bob@example.org", ["help@example.com"], mail(3))
        desk.stop()
        path = str(self.folder / "lmtp.socket")
        desk = self.desk(listen=path)
        wait_until(lambda: pathlib.Path(path).exists(), what="the socket")
        with smtplib.LMTP(path) as client:
            client.sendmail("bob@example.org", ["support@example.com"], mail(4))
        self.assertEqual(self.subjects(desk), ["mail 3", "mail 4"])
        # What an earlier process left behind is no hindrance.
        desk.kill()
        desk.start()
        wait_until(lambda: self.takes(path), what="the socket after a kill")

    def takes(self, path):
        try:
            with smtplib.LMTP(path) as client:
                return client.noop()[0] == 250
        except OSError:
            return False

    def test_a_hidden_second_mail_is_not_believed(self):
        desk = self.desk()
        wait_until(lambda: answers(self.port), what="the listener")
        for end in (b"\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r\n.\n"):
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
                wire.sendall(b"EHLO mx\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<support@example.com>\r\nDATA\r\n"
                             b"Subject: first\r\n\r\nhello" + end +
                             b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<support@example.com>\r\nDATA\r\n"
                             b"Subject: hidden\r\n\r\nx\r\n.\r\nQUIT\r\n")
                heard = b""
                while not heard.endswith(b"bye\r\n"):
                    some = wire.recv(4096)
                    if not some:
                        break
                    heard += some
            self.assertIn(b"\r\n554 5.6.0", heard, end)
        self.assertEqual(self.subjects(desk), [])

    # --- TLS

    def certificate(self):
        """The settings for a certificate of our own, and a client's context that trusts it alone."""
        key, chain = self.folder / "key.pem", self.folder / "chain.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", chain], check=True, capture_output=True)
        trust = ssl.create_default_context(cafile=chain)
        return f'lmtp.tls_certificate = "{chain}"\nlmtp.tls_key = "{key}"\n', trust

    def test_starttls_protects_a_mail_and_starts_the_session_anew(self):
        settings, trust = self.certificate()
        desk = self.desk(more=settings)
        for kind, number in ((smtplib.SMTP, 1), (smtplib.LMTP, 2)):
            client = self.connect(kind)
            client.ehlo()
            client.mail("before@example.org")
            self.assertEqual(client.starttls(context=trust)[0], 220)
            self.assertEqual(client.docmd("RCPT", "TO:<support@example.com>")[0], 503)
            client.ehlo()
            self.assertFalse(client.has_extn("starttls"))
            client.sendmail("bob@example.org", ["support@example.com"], mail(number))
            client.quit()
        self.assertEqual(self.subjects(desk), ["mail 1", "mail 2"])

    def test_what_is_put_before_the_handshake_is_not_heard(self):
        settings, trust = self.certificate()
        desk = self.desk(more=settings)
        wait_until(lambda: answers(self.port), what="the listener")
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            wire.sendall(b"EHLO mx\r\n")
            heard = b""
            while b"250 SIZE" not in heard:
                heard += wire.recv(4096)
            wire.sendall(b"STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@example.org>\r\n"
                         b"RCPT TO:<support@example.com>\r\nDATA\r\n")
            self.assertTrue(wire.recv(4096).startswith(b"220 "))
            with trust.wrap_socket(wire, server_hostname="127.0.0.1") as inside:
                # As plaintext it would have been a mail's text by now.
                inside.sendall(b"NOOP\r\nMAIL FROM:<bob@example.org>\r\nQUIT\r\n")
                heard = b""
                while b"bye" not in heard:
                    heard += inside.recv(4096)
        self.assertEqual([line[:3] for line in heard.splitlines()], [b"250", b"503", b"221"])
        self.assertEqual(self.subjects(desk), [])

    def test_implicit_tls(self):
        settings, trust = self.certificate()
        desk = self.desk(more=settings + 'lmtp.tls = "implicit"\n')
        wait_until(lambda: answers(self.port), what="the listener")
        with smtplib.SMTP_SSL("127.0.0.1", self.port, timeout=20, context=trust) as client:
            client.sendmail("bob@example.org", ["support@example.com"], mail(1))
        # Who speaks without it ends nothing but the own connection.
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            wire.sendall(b"EHLO mx\r\n")
            while wire.recv(4096):
                pass
        with smtplib.SMTP_SSL("127.0.0.1", self.port, timeout=20, context=trust) as client:
            client.sendmail("bob@example.org", ["support@example.com"], mail(2))
        self.assertEqual(self.subjects(desk), ["mail 1", "mail 2"])

    def test_other_machines_need_tls_and_a_place_on_the_list(self):
        settings, trust = self.certificate()
        everywhere = f"0.0.0.0:{self.port}"
        desk = self.desk(everywhere, settings + 'lmtp.clients = ["127.0.0.0/8"]\n')
        client = self.connect(smtplib.SMTP)
        client.ehlo()
        self.assertEqual(client.mail("bob@example.org")[0], 530)
        client.starttls(context=trust)
        client.sendmail("bob@example.org", ["support@example.com"], mail(1))
        self.assertEqual(self.subjects(desk), ["mail 1"])
        desk.stop()
        desk = self.desk(everywhere, settings + 'lmtp.clients = ["192.0.2.7"]\n')
        wait_until(lambda: answers(self.port), what="the listener")
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            self.assertEqual(wire.recv(4096), b"")
        wait_until(lambda: "email.client_refused" in desk.log_tail(), what="the refusal in the log")

    def test_postfix_agrees_on_tls(self):
        settings, _ = self.certificate()
        desk = self.desk(more=settings)
        wait_until(lambda: answers(self.port), what="the listener")
        (self.folder / "main.cf").write_text("compatibility_level = 3.6\n")
        ask = ["/usr/sbin/posttls-finger", "-c", "-l", "encrypt", "-L", "summary", f"[127.0.0.1]:{self.port}"]
        found = subprocess.run(ask, env={"MAIL_CONFIG": str(self.folder), "PATH": "/usr/sbin:/usr/bin"},
                               capture_output=True, text=True, timeout=60)
        self.assertIn("TLS connection established", found.stdout + found.stderr)
        self.assertEqual(self.subjects(desk), [])

    def test_it_stops_with_a_session_open(self):
        desk = self.desk()
        client = self.connect()
        client.ehlo_or_helo_if_needed()
        self.assertEqual(desk.stop(), 0)
        self.assertFalse(answers(self.port))


if __name__ == "__main__":
    unittest.main()
