-- The part of the lint that finds results read before they are checked: it finds planted ones.
local lint = dofile("scripts/null_results.lua")

local HEADER = "LnTensor *ln_exp(LnContext *c, LnTensor *x);\nLnTensor *ln_sum(LnContext *c, "
  .. "LnTensor *x);\n"

-- "line: text" of what is wrong with a function of this body, in a file with helpers before it.
local function problems(body, helpers)
  local text = (helpers or "") .. "LnTensor *f(LnContext *c, LnTensor *x) {\n" .. body .. "\n}\n"
  local found = {}
  lint({["core/ops/exp.h"] = HEADER, ["core/nn/f.c"] = text}, function(file, line, format, ...)
    found[#found + 1] = ("%s:%d: %s"):format(file, line, format:format(...))
  end)
  return found
end

local READS = "static int64_t rows(const LnTensor *t) {\n  return t->shape[0];\n}\n"
local CHECKS = "static int64_t rows(const LnTensor *t) {\n  return t ? t->shape[0] : 0;\n}\n"
local MAKES = "static LnTensor *twice(LnContext *c, LnTensor *x) {\n"
  .. "  return ln_exp(c, ln_exp(c, x));\n}\n"
local DEEP = READS .. "static int64_t deep(const LnTensor *t) {\n  return rows(t) + 1;\n}\n"

describe("results that may be NULL", function()
  for what, case in pairs{
    ["a field of a result"] = {"  LnTensor *y = ln_exp(c, x);\n  return y->rank ? y : NULL;"},
    ["a field of a call"] = {"  int rank = ln_exp(c, x)->rank;\n  return NULL;"},
    ["a field of an element"] = {
      "  LnTensor *y[2];\n  y[1] = ln_exp(c, x);\n  return y[1]->rank ? y[1] : NULL;"},
    ["a field after another was checked"] = {
      "  LnTensor *y = ln_exp(c, x), *z = ln_sum(c, x);\n  if (!y) return NULL;\n"
      .. "  return z->rank ? z : NULL;"},
    ["a field in a branch, and after both"] = {
      "  LnTensor *y = NULL;\n  if (c) {\n    y = ln_exp(c, x);\n  } else {\n    y = x;\n  }\n"
      .. "  return y->rank ? y : NULL;"},
    ["a field after it was made anew"] = {
      "  LnTensor *y = ln_exp(c, x);\n  if (!y) return NULL;\n  y = ln_sum(c, y);\n"
      .. "  return y->rank ? y : NULL;"},
    ["what a function reads of it"] = {
      "  if (rows(ln_exp(c, x))) return x;\n  return NULL;", READS},
    ["what a function's function reads of it"] = {
      "  LnTensor *y = ln_exp(c, x);\n  return deep(y) ? y : NULL;", DEEP},
    ["a field of what a function of the file's own gives"] = {
      "  LnTensor *y = twice(c, x);\n  return y->rank ? y : NULL;", MAKES},
  } do
    it("are found: " .. what, function()
      local found = problems(case[1], case[2])
      assert.are.equal(1, #found, table.concat(found, "\n"))
      assert.matches("^core/nn/f%.c:%d+: [%w_]+%S* may %w+ NULL", found[1])
    end)
  end

  for what, case in pairs{
    ["one that is checked"] = {
      "  LnTensor *y = ln_exp(c, x);\n  if (!y) return NULL;\n  return y->rank ? y : NULL;"},
    ["one that is checked where it is set"] = {
      "  LnTensor *y;\n  if (!(y = ln_exp(c, x))) return NULL;\n  return y->rank ? y : NULL;"},
    ["one that is checked in the condition"] = {
      "  LnTensor *y = ln_exp(c, x);\n  return y && y->rank ? y : NULL;"},
    ["one that is passed on to ops"] = {"  return ln_sum(c, ln_exp(c, x));"},
    ["one that goes to a function that checks"] = {
      "  return rows(ln_exp(c, x)) ? x : NULL;", CHECKS},
    ["what was given"] = {"  return x->rank ? x : NULL;"},
  } do
    it("are not " .. what, function()
      assert.are.same({}, problems(case[1], case[2]))
    end)
  end

  it("are told with the line of the reading", function()
    assert.matches("^core/nn/f%.c:3: y may be NULL",
      problems("  LnTensor *y = ln_exp(c, x);\n  return y->rank ? y : NULL;")[1])
  end)
end)
