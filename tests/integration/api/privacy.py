"""The routes about one customer's rights; what they leave behind is shown by tests/integration/test_erasure.py."""

from api.house import NOBODY


class Privacy:
    def test_an_erased_customer_is_not_found_and_has_a_certificate(self):
        made = self.post("/api/v1/customers", {"display_name": "Soon Gone"}).json()
        self.ask("POST", f"/api/v1/customers/{made['id']}/erase", {}, 403, token=self.agent)
        self.get(f"/api/v1/customers/{made['id']}/export", 403, token=self.agent)
        self.assertEqual(self.get(f"/api/v1/customers/{made['id']}/export").body[:2], b"PK")
        certificate = self.ask("POST", f"/api/v1/customers/{made['id']}/erase", {}).json()
        self.assertEqual(certificate["counts"]["customers"], 1)
        self.get(f"/api/v1/customers/{made['id']}", 404)
        self.ask("POST", f"/api/v1/customers/{made['id']}/erase", {}, 404)
        self.assertEqual(self.get(f"/api/v1/erasures/{certificate['id']}").json()["erased_at"], certificate["erased_at"])
        self.get(f"/api/v1/erasures/{NOBODY}", 404)
