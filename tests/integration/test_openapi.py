"""web/openapi.json, from which the desk's API types are generated, is what the server says of itself."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import ROOT, Tributary  # noqa: E402

COMMITTED = ROOT / "web" / "openapi.json"
REFRESH = """web/openapi.json is not what the server describes. Refresh it, with the server running at $URL:
  cd web
  curl -fsS $URL/openapi.json | python3 -m json.tool --sort-keys --indent 1 > openapi.json
  npm run types && npm run check"""


def differences(committed, served, where=""):
    """JSON pointers of what differs, with no descent below a value that only one side has."""
    if isinstance(committed, dict) and isinstance(served, dict):
        for key in sorted(committed.keys() | served.keys()):
            pointer = f"{where}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in committed and key in served:
                yield from differences(committed[key], served[key], pointer)
            else:
                yield f"{pointer} (only {'committed' if key in committed else 'served'})"
    elif committed != served:
        yield where or "/"


class Description(unittest.TestCase):
    def test_committed_description_is_the_served_one(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-openapi-")
        self.addCleanup(folder.cleanup)
        server = Tributary(folder.name)
        self.addCleanup(server.stop)
        reply = server.start().get("/openapi.json", sign_in=False)
        self.assertEqual(reply.status, 200)
        found = list(differences(json.loads(COMMITTED.read_text()), reply.json()))
        if found:
            self.fail("\n".join([REFRESH, "It differs at:", *found]))


if __name__ == "__main__":
    unittest.main()
