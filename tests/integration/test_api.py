"""Every route of the API against one running daemon, as docs/api.md promises it.

Each reply is also held against the description in /openapi.json, and at the end every described
operation must have succeeded at least once. The tests stand by subject in the folder api/.
"""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
from api.access import Access  # noqa: E402
from api.audit import Audit  # noqa: E402
from api.customers import Customers  # noqa: E402
from api.house import House  # noqa: E402
from api.intake import Intake  # noqa: E402
from api.lists import Lists  # noqa: E402
from api.live import Live  # noqa: E402
from api.privacy import Privacy  # noqa: E402
from api.sessions import Sessions  # noqa: E402
from api.tickets import Tickets  # noqa: E402

# What can only succeed beside a counterpart this house does not have, an authorisation server or an
# identity provider (test_oidc.py), or in a house where nobody can sign in yet (test_access.py).
NEED_MORE = {("POST", "/api/v1/connectors/{name}/consent"), ("POST", "/api/v1/setup"),
             ("POST", "/api/v1/session/provider"), ("POST", "/api/v1/me/provider"), ("GET", "/api/v1/session/provider/callback")}


class Api(Access, Audit, Sessions, Lists, Customers, Tickets, Intake, Live, Privacy, House):
    # Tests run by name, so this is the last.
    def test_zz_every_described_operation_was_seen_to_succeed(self):
        described = {(method, path) for method, _, path, _ in self.api.patterns if path.startswith("/api/")}
        self.assertGreater(len(described), 30)
        self.assertEqual(described - self.api.succeeded - NEED_MORE, set())


if __name__ == "__main__":
    unittest.main()
