--- What the library keeps about each model: `state[model]` is a table.

return require "lunate.kept"()
