local host = "web1"

return {
  rung = "v1",
  name = "names",
  steps = {
    {id = "a", http = {url = "http://" .. inputs.host}},
  },
}
