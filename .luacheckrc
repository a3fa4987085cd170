-- luacheck: `make lint`
std = "lua54"
codes = true
cache = false
max_line_length = 100
ignore = {"581"} -- not (x <= y) is x > y or NaN, and meant so
unused_args = false -- hooks and `call` have the arguments that their contract gives them
files["tests"] = {std = "lua54+busted"}
