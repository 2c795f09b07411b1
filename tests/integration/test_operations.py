"""What an operator sees: metrics, readiness, and how little the service may do."""

import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import exposition  # noqa: E402
from load import ChatSender, FormSender, MailSender, WebhookSender  # noqa: E402
from servers import BINARY, ROOT, Tributary, free_port, wait_until  # noqa: E402
from stage import Stage  # noqa: E402

UNIT = ROOT / "systemd" / "tributary.service"


class Metrics(Stage):
    def test_counters_move_and_sets_of_labels_do_not(self):
        before = self.metrics()
        self.send(WebhookSender("hook", self.desk), 30)
        self.send(FormSender("form", self.desk), 30)
        self.send(ChatSender("chat", self.desk), 5)
        self.send(MailSender("mail", self.desk, self.dovecot), 5)
        wait_until(lambda: self.metric("tributary_intake_total", connector="support", fate="accepted") >= 5, what="mail")
        after = self.metrics()

        for connector, count in (("shop", 30), ("contact", 30), ("support", 5)):
            labels = {"connector": connector, "fate": "accepted"}
            moved = exposition.value(after, "tributary_intake_total", **labels) - exposition.value(
                before, "tributary_intake_total", **labels)
            self.assertEqual(moved, count, connector)
            self.assertGreaterEqual(exposition.value(after, "tributary_intake_delay_seconds_count", connector=connector),
                                    count)
        for name in ("tributary_store_commits_total", "tributary_store_commit_seconds_count",
                     "tributary_store_batch_steps_sum", "tributary_http_requests_total",
                     "tributary_loop_lateness_seconds_count", "process_cpu_seconds_total"):
            self.assertGreater(exposition.value(after, name), exposition.value(before, name), name)
        self.assertEqual(exposition.value(after, "tributary_normalizers_died_total", reason="parser_crash"), 0)
        self.assertGreaterEqual(exposition.value(after, "tributary_normalizers_started_total"), 1)
        self.assertEqual(exposition.value(after, "tributary_log_dropped_total"), 0)
        self.assertEqual(self.series(after), self.series(before))

    def series(self, families):
        return {(name, frozenset(labels.items())) for family in families.values() for name, labels, _ in family.samples
                if name not in ("tributary_connector_last_in_seconds", "tributary_connector_backlog")}

    def test_the_process_tells_what_the_kernel_tells(self):
        families = self.metrics()
        pid = self.desk.process.child.pid
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        resident = int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024
        self.assertAlmostEqual(exposition.value(families, "process_resident_memory_bytes"), resident, delta=16e6)
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        self.assertAlmostEqual(exposition.value(families, "process_open_fds"), descriptors, delta=5)
        started = exposition.value(families, "process_start_time_seconds")
        self.assertLess(abs(time.time() - started), 120)
        self.assertEqual(exposition.value(families, "process_threads"), int(re.search(r"Threads:\s+(\d+)", status)[1]))

    def test_one_state_a_connector(self):
        for family_state in ("up", "down", "auth_failed"):
            self.metric("tributary_connector_state", connector="support", state=family_state)
        families = self.metrics()
        sums = {}
        for _, labels, value in families["tributary_connector_state"].samples:
            sums[labels["connector"]] = sums.get(labels["connector"], 0) + value
        self.assertEqual(sums, {"support": 1, "contact": 1, "shop": 1, "site-chat": 1})
        self.assertEqual(exposition.value(families, "tributary_connector_state", connector="support", state="up"), 1)

    def test_what_waits_to_be_sent(self):
        self.send(MailSender("mail", self.desk, self.dovecot))
        ticket = wait_until(lambda: self.desk.items("/api/v1/tickets"), what="the ticket")[0]
        wait_until(lambda: self.metric("tributary_outbox_queued", connector="support") == 0, what="an empty outbox")
        self.sink.stop()
        answer = self.desk.post(f"/api/v1/tickets/{ticket['id']}/replies", {"text": "Soon.", "undo_s": 0})
        self.assertEqual(answer.status, 201, answer.body)
        wait_until(lambda: self.metric("tributary_outbox_retrying", connector="support") == 1, what="a first attempt")
        self.assertEqual(self.metric("tributary_outbox_queued", connector="support"), 1)

    def test_a_loop_that_stood_still_shows(self):
        child = self.desk.process.child
        child.send_signal(signal.SIGSTOP)
        time.sleep(1.5)  # the stall itself
        child.send_signal(signal.SIGCONT)
        families = self.metrics()
        late = exposition.value(families, "tributary_loop_lateness_seconds_count") - exposition.value(
            families, "tributary_loop_lateness_seconds_bucket", le="1")
        self.assertGreaterEqual(late, 1)


class Exposition(unittest.TestCase):
    GOOD = "# HELP a_total What.\n# TYPE a_total counter\na_total{b=\"c\"} 1\n"

    def test_the_reader_is_strict(self):
        self.assertEqual(exposition.value(exposition.read(self.GOOD), "a_total", b="c"), 1)
        for bad in (self.GOOD[:-1], self.GOOD + "a_total{b=\"c\"} 2\n", self.GOOD.replace("} 1", "} x"),
                    self.GOOD.replace("counter", "gauge"), self.GOOD.replace("\"c\"", "c"),
                    self.GOOD.replace("# HELP a_total What.\n", ""), self.GOOD + "other 1\n",
                    self.GOOD.replace("} 1", "} -1"), self.GOOD + "\n",
                    "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
                    "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n"):
            with self.assertRaises(exposition.Malformed, msg=bad):
                exposition.read(bad)


class Readiness(unittest.TestCase):
    def desk(self, house=""):
        folder = tempfile.TemporaryDirectory(prefix="tributary-ready-")
        self.addCleanup(folder.cleanup)
        desk = Tributary(pathlib.Path(folder.name) / "desk", house=house)
        self.addCleanup(desk.kill)
        return desk.start()

    def ask(self, desk):
        return desk.get("/readyz", sign_in=False)

    def test_each_part_has_its_say(self):
        answer = self.ask(self.desk())
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json(), {"ready": True, "parts": [{"name": "store", "state": "ok"},
                                                                  {"name": "disk", "state": "ok"}]})

    def test_little_disk_is_a_warning(self):
        answer = self.ask(self.desk("low_disk_mb = 1000000000"))
        self.assertEqual(answer.status, 200)
        disk = answer.json()["parts"][1]
        self.assertEqual(disk["state"], "warning")
        self.assertRegex(disk["reason"], r"^Only \d+ MB are free\.$")

    def test_a_store_that_cannot_be_written_makes_unready_and_says_so(self):
        desk = self.desk()
        rival = sqlite3.connect(desk.state / "tributary.db", isolation_level=None)
        self.addCleanup(rival.close)
        rival.execute("BEGIN IMMEDIATE")

        def refusal():
            answer = self.ask(desk)
            return answer.status == 503 and answer

        answer = wait_until(refusal, what="a refusal")
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json()["errors"][0]["pointer"], "store")
        self.assertRegex(answer.json()["errors"][0]["detail"], "written|answered")
        self.assertEqual(desk.get("/healthz", sign_in=False).status, 200)
        rival.execute("ROLLBACK")
        wait_until(lambda: self.ask(desk).status == 200, patience=30, what="the store to be written again")

    def test_a_connector_that_is_down_does_not(self):
        desk = self.desk(f"""
[[connector]]
name = "support"
channel = "email"
address = "support@example.org"
imap.url = "imap+insecure://127.0.0.1:{free_port()}"
imap.user = "support"
imap.password = "x"
""")
        wait_until(lambda: desk.get("/api/v1/connectors/support").json()["state"] == "down", what="the connector down")
        self.assertEqual(self.ask(desk).status, 200)


class Unit(unittest.TestCase):
    """promises G19: how much the service may do."""

    def analyze(self, *arguments):
        self.assertTrue(shutil.which("systemd-analyze"), "systemd-analyze is needed: ./dev install")
        return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60)

    def test_the_unit_is_understood(self):
        with tempfile.TemporaryDirectory(prefix="tributary-unit-") as folder:
            copy = pathlib.Path(folder) / UNIT.name
            copy.write_text(UNIT.read_text().replace("/usr/bin/tributary", BINARY))
            done = self.analyze("verify", "--man=no", str(copy))
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_the_service_is_exposed_little(self):
        done = self.analyze("security", "--offline=true", "--threshold=15", "--no-pager", str(UNIT))
        self.assertEqual(done.returncode, 0, done.stdout[-400:] + done.stderr)
        self.assertRegex(done.stdout, r"Overall exposure level for tributary.service: [01]\.\d")
        self.assertNotIn("ignoring", done.stderr)


if __name__ == "__main__":
    unittest.main()
