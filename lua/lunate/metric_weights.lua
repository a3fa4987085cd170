--- The variables of metrics in Lua: {[metric] = list of {variable =, start =}}.

return setmetatable({}, {__mode = "k"})
