local step = {id = "a", set = {x = 1}}
step.wehn = "true"
return {
  rung = "v1",
  name = "values",
  name = "again",
  steps = {
    step,
    {id = "b", set = function() return 1 end},
    {id = "c", env = {T = secrets.token}, shell = "true"},
    {id = "d", 1, 2},
  },
}
