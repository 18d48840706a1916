local function step(id) return {id = id, set = {x = "{{ 1 }}"}} end
local steps = {}
for k, v in pairs({b = 1, a = 2}) do table.insert(steps, step(k)) end
table.sort(steps, function(a, b) return a.id < b.id end)
return {rung = "v1", name = "x", steps = steps, d = duration("1s")}
