--- Doc comments of ops, of which these say what they refuse besides what all of their form do.
-- Read by lunate.documentation, never run.

-- luacheck: ignore

--- Errors: shapes that do not broadcast; two bool tensors.
function ln.subtract(x, y) end

--- Errors: shapes that do not broadcast; an integer to a negative integer power.
function ln.power(x, y) end

--- Errors: ids that are negative or not whole; weights of another shape.
function ln.bincount(x, weights) end

--- Errors: sorted values of several axes.
function ln.searchsorted(sorted, values) end

--- Errors: shapes that do not align.
function ln.dot(x, y) end

--- Errors: axes that differ in number or length.
function ln.tensordot(x, y) end

--- Errors: no axis, or more than two.
function ln.diag(x) end

--- Errors: fewer than two axes.
function ln.trace(x) end

--- Errors: fewer than two axes.
function ln.tril(x) end

--- Errors: fewer than two axes.
function ln.triu(x) end

--- Errors: nothing along the axis.
function ln.max(x) end

--- Errors: nothing along the axis.
function ln.min(x) end

--- Errors: nothing along the axis.
function ln.argmax(x) end

--- Errors: nothing along the axis.
function ln.argmin(x) end

--- Errors: ids that are not whole or not below num_classes.
function ln.one_hot(x) end

--- Errors: widths that are not of x's axes.
function ln.pad(x) end

--- Errors: another number of shifts than of axes.
function ln.roll(x) end

--- Errors: shapes that differ.
function ln.stack(list) end

--- Errors: a shape that x does not broadcast to.
function ln.broadcast_to(x) end

--- Errors: an axis named twice; other numbers of sources and destinations.
function ln.moveaxis(x) end

--- Errors: an axis that is missing or named twice.
function ln.transpose(x) end

--- Errors: a repeat below 0.
function ln.tile(x) end

--- Errors: repeats below 0.
function ln.repeat_(x) end

--- Errors: a dtype that there is not.
function ln.astype(x) end

--- Errors: a dtype that there is not.
function ln.cast(x) end
