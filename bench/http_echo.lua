-- A small JSON POST on kept connections.
wrk.method = "POST"
wrk.body = '{"id":"01J0000000000000000000","event":"order.created","customer":"a@example.com","total":1250,"currency":"EUR"}'
wrk.headers["Content-Type"] = "application/json"
