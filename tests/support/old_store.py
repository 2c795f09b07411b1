"""A store as schema version N wrote it: the migrations up to N, and a row or two in every table that counts.

The text of a released migration never changes; tests/data/store keeps what it was (see test_upgrade.py).
"""

import hashlib
import pathlib
import re
import sqlite3

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MIGRATIONS = sorted((ROOT / "src" / "store" / "migrations").glob("*.sql"))
SEARCH = """
CREATE VIRTUAL TABLE {}_search USING fts5 (words, content='', columnsize=0, detail=none, tokenize='ascii');
"""
TEXT = "the pump has failed again"


def sqlite_text(migration):
    """The driver's reading of a migration (src/store/sqlite.cpp)."""
    text = migration.read_text().replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
    guards = ""
    for table in re.findall(r"CREATE TABLE (\w+) [^;]*/\* append only \*/", text):
        for verb in ("UPDATE", "DELETE"):
            guards += (f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN "
                       f"SELECT RAISE(ABORT, '{table} rows are only ever added'); END;\n")
    return text.replace("/* by key */", "WITHOUT ROWID") + guards


def insert(store, table, **values):
    marks = ", ".join("?" * len(values))
    store.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def fill(store):
    """One customer with a ticket, a mail on it, an answer that waits, and who may sign in."""
    customer, ticket, mail, answer, agent = (bytes([number]) * 16 for number in range(1, 6))
    words = "ann lee 1001 example com"
    insert(store, "customer", seq=1, id=customer, number=1001, display_name="Ann Lee", fields="{}", created_at=1000,
           version=1, words=words)
    store.execute("INSERT INTO customer_search (rowid, words) VALUES (1, ?)", [words])
    insert(store, "identity", kind="email", scope="", value="ann@example.com", customer=customer, proof=2,
           display="ann@example.com", added_at=1000)
    insert(store, "ticket", seq=2, id=ticket, number=1001, customer=customer, connector="support", subject="Pump",
           status=1, type=1, priority=2, is_claimed=0, created_at=1000, updated_at=1000, last_change=2, version=1,
           words="pump 1001")
    store.execute("INSERT INTO ticket_search (rowid, words) VALUES (2, 'pump 1001')")
    raw = hashlib.sha256(b"raw").digest()
    insert(store, "blob", sha256=raw, size=3, bytes=b"raw")
    common = {"customer": customer, "ticket": ticket, "connector": "support", "channel": "email", "kind": 1,
              "occurred_at": 1000, "received_at": 1000, "is_claimed": 0, "attachments": 0}
    insert(store, "interaction", seq=3, id=mail, direction=1, author="", raw_sha256=raw, deliveries=0, **common)
    insert(store, "interaction", seq=4, id=answer, direction=2, author="Kim", agent=agent, deliveries=1, **common)
    for seq in (3, 4):
        insert(store, "content", seq=seq, subject="Pump", envelope='{"from":{"a":"ann@example.com"}}', text=TEXT)
        store.execute("INSERT INTO interaction_search (rowid, words) VALUES (?, ?)",
                      [seq, "pump the has failed again ann example com"])
    insert(store, "delivery", seq=4, position=0, connector="support", name="", address="ann@example.com", state=1,
           attempts=0, next_attempt_at=1000, remote_id="", diagnostic="", maybe_sent_twice=0, is_begun=0)
    insert(store, "ledger", connector="support", dedupe_key="sha256:x", source_ref="1:1", is_quarantined=0,
           subject=mail, claimed_at=1000)
    insert(store, "change", seq=4, kind="interaction.created", ids="", changed_at=1000)
    insert(store, "agent", id=agent, name="Kim", email="kim@example.com", role=3, is_disabled=0, created_at=1000)
    insert(store, "source_cursor", connector="support", cursor="1:1", moved_at=1000)
    store.execute("UPDATE counter SET value = 1001 WHERE name <> 'arrival'")
    store.execute("UPDATE counter SET value = 4 WHERE name = 'arrival'")


def make(file, version):
    """Writes the store of schema version `version` into `file`."""
    store = sqlite3.connect(file)
    store.executescript("PRAGMA journal_mode = WAL; CREATE TABLE schema_version (version BIGINT NOT NULL);")
    for number, migration in enumerate(MIGRATIONS[:version], 1):
        store.executescript(sqlite_text(migration))
        if number == 1:
            for corpus in ("customer", "ticket", "interaction"):
                store.executescript(SEARCH.format(corpus))
            fill(store)
    insert(store, "schema_version", version=version)
    store.commit()
    store.close()
    file.chmod(0o600)
