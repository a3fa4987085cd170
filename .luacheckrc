-- luacheck: `make lint`
std = "lua54"
codes = true
cache = false
max_line_length = 100
unused_args = false -- hooks and `call` have the arguments that their contract gives them
files["tests"] = {std = "lua54+busted"}
