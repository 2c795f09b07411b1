#!/usr/bin/env python3
"""How fast mails are understood: `tributary normalize --many` beside npm's mailparser, and bare parsing
in one thread beside GMime, on mails of 2 KB, 30 KB and 5 MB.

    bench/mime.py [--folder DIR]
"""

import argparse
import base64
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
sys.path.insert(0, str(ROOT / "tests" / "support"))
from measure import say  # noqa: E402
from servers import BINARY  # noqa: E402

WORDS = ("order invoice kettle delivery broken thanks please customer number refund parcel address Grüße "
         "yesterday tomorrow question answer colour größer return warranty account password café").split()


def words(rng, size):
    line = []
    while sum(map(len, line)) + len(line) < size:
        line.append(rng.choice(WORDS))
    return " ".join(line)


def paragraphs(rng, size):
    return [words(rng, min(size, 400)) for _ in range(max(1, size // 400))]


def head(rng, number):
    return (f"Received: from a.example (a.example [192.0.2.{number % 250}]) by mx.example with ESMTPS id {number};\r\n"
            f"\tSun, 1 Mar 2026 09:{number % 60:02}:00 +0100\r\n"
            f"From: =?utf-8?Q?J=C3=BCrgen?= Person <person{number}@example.com>\r\nTo: support@example.org\r\n"
            f"Subject: Re: {rng.choice(WORDS[:10])} {number}\r\nMessage-ID: <{number}@bench.example>\r\n"
            f"In-Reply-To: <{number - 1}@bench.example>\r\nDate: Sun, 01 Mar 2026 09:{number % 60:02}:00 +0100\r\n"
            "MIME-Version: 1.0\r\n")


def reply(rng, number, text_size):
    """New words, an attribution line and quoted ones."""
    lines = paragraphs(rng, text_size // 2) + ["", "On Mon, 2 Mar 2026 at 10:00, Support <support@example.org> wrote:"]
    return "\r\n".join(lines + ["> " + line for line in paragraphs(rng, text_size // 2)])


def small(rng, number):
    text = base64.encodebytes(reply(rng, number, 1100).encode()).decode().replace("\n", "\r\n")
    return (head(rng, number) + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + text).encode()


def alternative(rng, number, text_size):
    paragraph = "".join(f'<p style="margin:0"><span class=x>{line}</span></p>' for line in paragraphs(rng, text_size))
    return (f"--a{number}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            f"{reply(rng, number, text_size)}\r\n--a{number}\r\nContent-Type: text/html; charset=utf-8\r\n"
            f"Content-Transfer-Encoding: 8bit\r\n\r\n<html><body><table><tr><td>{paragraph}</td></tr></table>"
            f'<a href="https://www.example.com/">shop</a></body></html>\r\n--a{number}--\r\n')


def medium(rng, number):
    return (head(rng, number) + f'Content-Type: multipart/alternative; boundary="a{number}"\r\n\r\n'
            + alternative(rng, number, 12_000)).encode()


def large(rng, number):
    data = base64.encodebytes(rng.randbytes(3_700_000)).decode().replace("\n", "\r\n")
    return (head(rng, number) + f'Content-Type: multipart/mixed; boundary="m{number}"\r\n\r\n--m{number}\r\n'
            f'Content-Type: multipart/alternative; boundary="a{number}"\r\n\r\n{alternative(rng, number, 8_000)}'
            f"\r\n--m{number}\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-Disposition: attachment; filename=a.pdf\r\n\r\n{data}\r\n--m{number}--\r\n").encode()


def write_set(file, make, count):
    rng = random.Random(7)
    with open(file, "wb") as out:
        for number in range(1, count + 1):
            mail = make(rng, number)
            out.write(b"%d\n" % len(mail) + mail)


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def normalize_many(file, count):
    """Seconds and CPU seconds of `normalize --many`, process start included."""
    cpu, began = children_cpu(), time.monotonic()
    with open(file, "rb") as mails:
        out = subprocess.run([BINARY, "normalize", "email", "--many"], stdin=mails, capture_output=True, check=True)
    took = time.monotonic() - began
    lines = out.stdout.splitlines()
    if len(lines) != count or any(line.startswith(b'{"error"') for line in lines):
        sys.exit("normalize --many left something out")
    return took, children_cpu() - cpu


def mailparser(file):
    folder = ROOT / "bench" / "mailparser"
    if not shutil.which("node"):
        return None
    if not (folder / "node_modules").exists():
        subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
    out = subprocess.run(["node", str(folder / "parse.js"), str(file)], capture_output=True, text=True, check=True)
    return float(out.stdout.split()[2])


def bench(folder, name, make, count):
    file = folder / "mails"
    write_set(file, make, count)
    size = file.stat().st_size
    print(f"-- {count} mails of {name}")
    took, cpu = min(normalize_many(file, count) for _ in range(3))
    say("normalize --many, everything", count / took, "/s", f"{size / took / 1e6:,.0f} MB/s, {cpu / count * 1e6:,.0f} us CPU each")
    theirs = mailparser(file)
    if theirs:
        say("mailparser", count / theirs, "/s", f"ours is {theirs / took:.1f} x (goal 5), "
                                                f"{theirs / cpu:.1f} x a CPU second")
    in_process = ROOT / "build" / "release" / "bench" / "bench_mime"
    if not in_process.exists():
        print("  no GMime here (libgmime-3.0-dev): bare parsing is not measured")
        return
    out = subprocess.run([str(in_process), str(file)], capture_output=True, text=True, check=True).stdout
    seconds = {line.split()[0]: float(line.split()[3]) for line in out.splitlines()}
    say("GMime, parts and decoding, one thread", count / seconds["gmime"], "/s", f"{size / seconds['gmime'] / 1e6:,.0f} MB/s")
    say("ours, the same", count / seconds["bare"], "/s", f"{seconds['gmime'] / seconds['bare']:.2f} x GMime (goal 0.5); "
        f"of it finding parts (vmime's share) {seconds['split'] / seconds['bare']:.0%}")
    say("ours, everything", count / seconds["whole"], "/s", f"finding parts is {seconds['split'] / seconds['whole']:.0%} of it")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        folder = pathlib.Path(folder)
        bench(folder, "2 KB", small, 20_000)
        bench(folder, "30 KB", medium, 4_000)
        bench(folder, "5 MB", large, 40)


if __name__ == "__main__":
    main()
