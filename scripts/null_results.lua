-- Part of `make lint`: results of ops that are NULL after a failure, whose fields are read. NULL
-- passes on through ops; whoever reads a field of a result checks it first. Which functions may
-- give NULL, and which read a field of what they are given before they check it, is found in the
-- sources.

-- Give what they were given, or what is always there; or, in the binding, raise instead.
local NEVER_NULL = {
  ln_retain = true, ln_optimizer_gradient = true,
  ln_lua_check_tensor = true, ln_lua_to_tensor = true, ln_lua_check_values = true,
  push_tensor = true, check_tensor = true, value_for = true, fill_value = true, like = true,
  shaped = true,
}

local function tokens_of(text)
  local list, line = {}, 1
  local at = 1
  while at <= #text do
    local space = text:match("^%s+", at)
    if space then
      line = line + select(2, space:gsub("\n", ""))
      at = at + #space
    else
      local token = text:match("^[%a_][%w_]*", at) or text:match("^%d[%w.]*", at)
        or text:match("^%->", at) or text:match("^&&", at) or text:match("^||", at)
        or text:match("^[=!<>]=", at) or text:sub(at, at)
      list[#list + 1] = {text = token, line = line}
      at = at + #token
    end
  end
  return list
end

-- The position after the bracket that closes the one at i.
local function skip(tokens, i)
  local depth = 0
  while tokens[i] do
    local t = tokens[i].text
    if t == "(" or t == "[" or t == "{" then depth = depth + 1 end
    if t == ")" or t == "]" or t == "}" then depth = depth - 1 end
    i = i + 1
    if depth == 0 then return i end
  end
  return i
end

-- Where each argument of the call whose bracket opens at i begins and ends.
local function arguments(tokens, i)
  local last, list = skip(tokens, i) - 1, {}
  local start, k = i + 1, i + 1
  while k <= last do
    local t = tokens[k].text
    if k == last or t == "," then
      if k > start then list[#list + 1] = {start, k - 1} end
      start, k = k + 1, k + 1
    elseif t == "(" or t == "[" or t == "{" then
      k = skip(tokens, k)
    else
      k = k + 1
    end
  end
  return list
end

-- Definitions begin in the first column and end with a bracket there.
local function functions_of(file, text, add)
  local number, header, first, body = 0, nil, nil, nil
  for line in text:gmatch("([^\n]*)\n") do
    number = number + 1
    if body then
      if line:find("^}") then
        add{file = file, header = header, line = first, body = table.concat(body, "\n")}
        header, body = nil, nil
      else
        body[#body + 1] = line
      end
    else
      if line:find("^%a") and not line:find("[;=]") then header = line
      elseif header and line:find("^%s") then header = header .. " " .. line
      else header = nil end
      if header and header:find("%)%s*{%s*$") then body, first = {}, number
      elseif header and header:find("[;]") then header = nil
      elseif header and header:find("%)%s*{.*}%s*$") then
        add{file = file, header = header:match("^(.-{)"), line = number - 1,
          body = header:match("{(.*)}")}
        header = nil
      end
    end
  end
end

local function parse(f)
  local name, params = f.header:gsub("__attribute__%s*%b()", ""):match("([%w_]+)%s*(%b())%s*{%s*$")
  if not name then return nil end
  f.name, f.params, f.tensors, f.calls = name, {}, {}, {}
  f.gives = f.header:find("LnTensor%s*%*%s*" .. name .. "%s*%(") ~= nil
  local list, depth, current = {}, 0, ""
  for c in params:sub(2, -2):gmatch(".") do
    if c == "(" then depth = depth + 1 elseif c == ")" then depth = depth - 1 end
    if c == "," and depth == 0 then
      list[#list + 1] = current
      current = ""
    else
      current = current .. c
    end
  end
  list[#list + 1] = current
  for i, param in ipairs(list) do
    local one = param:match("LnTensor%s*%*%s*([%a_][%w_]*)%s*$")
    if one then f.params[i] = one f.tensors[one] = true end
    local pointer = param:match("LnTensor%s*%*%s*%(%s*%*%s*([%a_][%w_]*)%s*%)")
    if pointer then f.calls[pointer] = true end   -- a function that gives tensors
  end
  f.tokens = tokens_of(f.body)
  local t = f.tokens
  for i = 1, #t do
    if t[i].text == "LnTensor" and t[i + 1] and t[i + 1].text == "*" then
      local k = i + 1
      while t[k] and t[k].text ~= ";" do   -- LnTensor *a = .., *b, *out[4];
        if t[k].text == "*" and t[k + 1] and t[k + 1].text:find("^[%a_]")
          and (k == i + 1 or t[k - 1].text == ",") then
          f.tensors[t[k + 1].text] = true
        end
        local text = t[k].text
        if text == ")" or text == "{" then break end
        k = (text == "(" or text == "[") and skip(t, k) or k + 1
      end
    end
  end
  return f
end

-- A look at tokens i ..: the tensor that a name, or a name with an index, stands for, and where it
-- ends; not a field of something else.
local function tensor_at(f, i)
  local t = f.tokens
  if not f.tensors[t[i].text] then return nil end
  local before = t[i - 1] and t[i - 1].text
  if before == "->" or before == "." then return nil end
  if t[i + 1] and t[i + 1].text == "[" then
    local stop = skip(t, i + 1)
    local key = t[i].text
    for k = i + 1, stop - 1 do key = key .. t[k].text end
    return key, stop
  end
  return t[i].text, i + 1
end

-- Whether what stands at first .. last (a whole expression) may be NULL: a call that gives tensors.
local function may_be_null(f, known, first, last)
  local t = f.tokens
  while t[first] and t[first].text == "(" and skip(t, first) == last + 1 do
    first, last = first + 1, last - 1
  end
  if not (t[first] and t[first + 1] and t[first + 1].text == "(") then return false end
  if skip(t, first + 1) ~= last + 1 then return false end
  local name = t[first].text
  if NEVER_NULL[name] then return false end
  return known.gives[name] or f.calls[name] or name:find("^LN_APPLY%d$") ~= nil
end

local function is_check(f, i, stop)
  local t = f.tokens
  local before, after = t[i - 1] and t[i - 1].text, t[stop] and t[stop].text
  if before == "!" then return true end
  if after == "&&" or after == "||" or after == "?" or after == "==" or after == "!=" then
    return true
  end
  if before == "&&" or before == "||" then return after ~= "->" end
  if after == ")" and before == "(" then
    local word = t[i - 2] and t[i - 2].text
    return word == "if" or word == "while"
  end
  return false
end

-- Goes through a function: `null` holds the tensors that may be NULL. problem(token, text).
local function walk(f, known, null, problem)
  local t = f.tokens
  local i, depth = 1, 0
  local pending = {}             -- what assignments say, where they end
  -- Branches: where they begin; by depth, what held before them and what may hold after those gone
  -- through.
  local begun, before, ended = {}, {}, {}
  while i <= #t do
    local token = t[i]
    local key, stop = tensor_at(f, i)
    if token.text == "{" then depth = depth + 1 elseif token.text == "}" then depth = depth - 1 end
    if token.text == "if" then begun[skip(t, i + 1)] = depth end
    if begun[i] then
      before[begun[i]] = {}
      for k in pairs(null) do before[begun[i]][k] = true end
    end
    if token.text == "else" then
      ended[depth] = ended[depth] or {}
      for k in pairs(null) do ended[depth][k], null[k] = true, nil end
      for k in pairs(before[depth] or {}) do null[k] = true end
    elseif ended[depth] and t[i - 1] and t[i - 1].text:find("^[;}]$") then
      for k in pairs(ended[depth]) do null[k] = true end
      ended[depth] = nil
    end
    if token.text == "err" and t[i + 1] and t[i + 1].text == "." then
      for k in pairs(null) do null[k] = nil end
    elseif key then
      local after = t[stop] and t[stop].text
      if after == "=" then
        -- Its value: up to a comma, semicolon or bracket that is not its own.
        local k = stop + 1
        while t[k] and not t[k].text:find("^[,;)]$") do
          local text = t[k].text
          k = (text == "(" or text == "[" or text == "{") and skip(t, k) or k + 1
        end
        local fails = may_be_null(f, known, stop + 1, k - 1)
        -- if (!(x = ...)), (x = ...) && : looked at where it is set
        local opener = t[i - 1] and t[i - 1].text == "(" and t[i - 2] and t[i - 2].text
        local closer = t[k] and t[k].text == ")" and t[k + 1] and t[k + 1].text
        local checked = opener == "!" or opener == "if" or opener == "while"
          or closer == "&&" or closer == "||" or closer == "?" or closer == "=="
          or closer == "!="
        pending[k] = {key, fails and not checked}
      elseif null[key] then
        if is_check(f, i, stop) then null[key] = nil
        elseif after == "->" then
          problem(token, ("%s may be NULL (what made it failed), and a field of it is read")
            :format(key))
          null[key] = nil
        end
      end
    elseif token.text:find("^[%a_]") and t[i + 1] and t[i + 1].text == "(" then
      local needs = known.needs[f.file .. ":" .. token.text] or known.needs[token.text]
      local finish = skip(t, i + 1)
      local gives = may_be_null(f, known, i, finish - 1)
      if gives and t[finish] and t[finish].text == "->" then
        problem(token, ("%s() may give NULL, and a field of it is read"):format(token.text))
      end
      if needs then
        for n, place in ipairs(arguments(t, i + 1)) do
          if needs[n] then
            local inner, ends = tensor_at(f, place[1])
            if inner and ends == place[2] + 1 and null[inner] then
              problem(token, ("%s may be NULL, and %s() reads its fields"):format(inner,
                token.text))
              null[inner] = nil
            elseif may_be_null(f, known, place[1], place[2]) then
              problem(token, ("%s() may give NULL, and %s() reads its fields"):format(
                t[place[1]].text, token.text))
            end
          end
        end
      end
    end
    if pending[i] then null[pending[i][1]] = pending[i][2] or nil end
    i = i + 1
  end
end

--- Reports through problem(file, line, text) what the sources (path -> text without comments and
--- texts) do wrong.
return function(sources, problem)
  local all, known = {}, {gives = {ln_apply = true}, needs = {}}
  for file, text in pairs(sources) do
    if not file:find("^core/kernels/") then
      functions_of(file, text .. "\n", function(f)
        if parse(f) then all[#all + 1] = f end
      end)
    end
    for name in text:gmatch("LnTensor%s*%*%s*([%a_][%w_]*)%s*%(") do known.gives[name] = true end
    if file == "core/ops/ops.h" then
      for name in text:gmatch("T%s+([%a_][%w_]*)%s*%(") do known.gives[name] = true end
    end
  end
  table.sort(all, function(a, b) return a.file < b.file or a.file == b.file and a.line < b.line end)
  -- What a function reads of what it is given, until nothing new is found.
  for _, f in ipairs(all) do   -- a static function is its file's
    f.key = f.header:find("^static ") and f.file .. ":" .. f.name or f.name
  end
  local found
  repeat
    found = false
    for _, f in ipairs(all) do
      local null, places = {}, {}
      for i, name in pairs(f.params) do null[name], places[name] = true, i end
      known.needs[f.key] = known.needs[f.key] or {}
      walk(f, known, null, function(_, text)
        local name = text:match("^([%a_][%w_]*) may be NULL")
        local i = name and places[name]
        if i and not known.needs[f.key][i] then
          known.needs[f.key][i] = true
          found = true
        end
      end)
    end
  until not found
  for _, f in ipairs(all) do
    walk(f, known, {}, function(token, text) problem(f.file, f.line + token.line, "%s", text) end)
  end
end
