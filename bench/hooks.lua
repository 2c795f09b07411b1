-- wrk: one distinct neutral event a request, 600 bytes, under the connector's token.
local count = 0
local filler = string.rep("lorem ipsum dolor ", 22)
request = function()
    count = count + 1
    local body = '{"kind":"visit","external_id":"v' .. count .. '-' .. tostring(os.time()) ..
        '","from":{"email":"visitor' .. (count % 2000) .. '@example.com"},"text":"' .. filler .. '"}'
    return wrk.format("POST", "/in/visits", {
        ["Content-Type"] = "application/json", ["Authorization"] = "Bearer bench-token-0123456789abcdef" }, body)
end
