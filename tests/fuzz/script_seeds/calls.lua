local out = {}
for i = 1, 3 do
  local a, why = action("http.get", {url = "u" .. i}, {id = "a" .. i, tolerate = "x"})
  out[i] = step("s" .. i, function() return random(1, 6) + #out end)
end
sleep("1s")
if now() < time("2020-01-01T00:00:00Z") then fail("old") end
return {out = out, said = signal("go")}
