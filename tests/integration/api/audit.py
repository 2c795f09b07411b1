"""The audit's route; what stands in it is shown by tests/integration/test_audit.py."""


class Audit:
    def test_the_audit_is_for_admins_and_goes_by_page(self):
        self.post("/api/v1/tokens", {"name": "audited", "role": "reader"})
        page = self.get("/api/v1/audit?limit=1").json()
        self.assertEqual(len(page["items"]), 1)
        mine = self.get("/api/v1/audit?action=POST+/api/v1/tokens").json()["items"]
        self.assertTrue(all(one["action"] == "POST /api/v1/tokens" for one in mine) and mine)
        self.refused("GET", "/api/v1/audit?limit=0", None, "limit")
        self.get("/api/v1/audit", 403, token=self.agent)
