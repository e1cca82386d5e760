-- Sends the requests of a file in turn: a line holds method, path, authorization and body, separated by tabs.
-- {n} in a body becomes a number that no other request has. Prints one line of figures at the end.
local requests, at, count = {}, 0, 0
local run = ""

local function headers(authorization, body)
  local all = { ["Host"] = wrk.headers["Host"] }
  if authorization ~= "" then all["Authorization"] = authorization end
  if body then all["Content-Type"] = "application/json" end
  return all
end

function init(args)
  run = args[2]
  for line in io.lines(args[1]) do
    local method, path, authorization, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    if body == "" then body = nil end
    if body and body:find("{n}", 1, true) then
      requests[#requests + 1] = function()
        count = count + 1
        return wrk.format(method, path, headers(authorization, body), (body:gsub("{n}", run .. count)))
      end
    else
      requests[#requests + 1] = wrk.format(method, path, headers(authorization, body), body)
    end
  end
end

function request()
  at = at % #requests + 1
  local next = requests[at]
  return type(next) == "function" and next() or next
end

function done(summary, latency)
  local e = summary.errors
  print(string.format("figures %d %d %d %d %d %d %d %.0f %.0f %.0f %.0f",
    summary.requests, summary.duration, e.status, e.connect, e.read, e.write, e.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99), latency.max))
end
