"""The demo's mail servers: a private Dovecot and an SMTP sink, until this process is stopped.

    demo_mail.py FOLDER            serve; writes FOLDER/servers (shell variables) once both answer
    demo_mail.py FOLDER write SUBJECT TEXT [FROM]     deliver one mail to the demo's mailbox
"""

import email.message
import email.utils
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import Dovecot, SmtpSink  # noqa: E402

USER = "support"


def write(folder, subject, text, sender="Mia Sommer <mia.sommer@example.net>"):
    message = email.message.EmailMessage()
    message["From"] = sender
    message["To"] = "support@example.org"
    message["Subject"] = subject
    message["Date"] = email.utils.localtime()
    message["Message-ID"] = email.utils.make_msgid(domain="example.net")
    message["Authentication-Results"] = f"mx.demo; dmarc=pass header.from={sender.split('@')[-1].rstrip('>')}"
    message.set_content(text)
    Dovecot(folder / "imap").deliver(USER, message.as_bytes())


def serve(folder):
    for name in ("imap", "smtp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    dovecot = Dovecot(folder / "imap").start()
    sink = SmtpSink(folder / "smtp").start()
    (folder / "servers").write_text(f"IMAP_URL={dovecot.url()}\nSMTP_URL={sink.url()}\n"
                                    f"IMAP_USER={USER}\nIMAP_PASSWORD={Dovecot.PASSWORD}\nSENT={sink.box}\n")
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    dovecot.stop()
    sink.stop()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[1]).resolve()
    if len(sys.argv) > 4 and sys.argv[2] == "write":
        write(target, *sys.argv[3:6])
    else:
        serve(target)
