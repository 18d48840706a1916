local steps = {}
while true do table.insert(steps, {id = "s" .. #steps, set = {x = 1}}) end
return {rung = "v1", name = "endless", steps = steps}
