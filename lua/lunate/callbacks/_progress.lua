--- The progress bar of the fit, evaluate or predict that a callback is in: {[callback] = bar}.

return setmetatable({}, {__mode = "k"})
