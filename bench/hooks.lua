-- wrk: one distinct neutral event a request, 600 bytes, under the connector's token. The requests are
-- made before the clock starts, so that the generator leaves the machine to the server.
local requests = {}
local count = 0

init = function()
    local filler = string.rep("lorem ipsum dolor ", 22)
    local run = tostring(os.time())
    for i = 1, 260000 do
        local body = '{"kind":"visit","external_id":"v' .. i .. '-' .. run .. '","from":{"email":"visitor' ..
            (i % 2000) .. '@example.com"},"text":"' .. filler .. '"}'
        requests[i] = wrk.format("POST", "/in/visits", {
            ["Host"] = "localhost", ["Content-Type"] = "application/json",
            ["Authorization"] = "Bearer bench-token-0123456789abcdef" }, body)
    end
end

request = function()
    count = count + 1
    return requests[count] or requests[#requests]
end
