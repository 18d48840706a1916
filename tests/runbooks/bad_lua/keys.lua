local function step(id)
  return {
    id = id,
    timout = "5s",
    set = {x = "{{ inputs.hostt }}"},
  }
end
return {
  rung = "v1",
  name = "bad",
  inputs = {host = {type = "strin"}},
  steps = {
    step("a"),
    {id = "b", shell = [[
      echo "{{ inputs.host }}"
    ]]},
    {id = "c", lua = [[
      return {n = inputz.x}
    ]]},
    {id = "d", when = "steps.a.x = 1", set = {x = 1}},
  },
}
