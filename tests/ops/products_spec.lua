-- The kernels of every instruction set that the processor has give the same sums.

local ln = require "lunate"

local best = ln.config().instruction_set

local function run(isa)
  local pipe = assert(io.popen(("LUNATE_ISA=%s lua5.4 tests/ops/products_program.lua 2>&1")
    :format(isa)))
  local text = pipe:read("a")
  pipe:close()
  return text
end

describe("products", function()
  local lesser = {avx512 = {"avx512", "avx2", "portable"}, avx2 = {"avx2", "portable"},
    portable = {"portable"}}
  for _, isa in ipairs(lesser[best]) do
    it("are right in " .. isa, function() assert.equal(isa .. "\t96\n", run(isa)) end)
  end
end)
