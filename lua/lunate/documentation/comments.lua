--- Doc comments: the blocks of `---` in Lua files, and what a doc text consists of.

local public = require "lunate.public"

local comments = {}

local files = {}   -- path -> {lines =, blocks = {{line =, code =, text =}}}

--- The blocks of `---` comments of a file: their text, and the code that they stand before.
function comments.read(path)
  if files[path] then return files[path] end
  local file = {lines = {}, blocks = {}}
  files[path] = file
  local handle <close> = io.open(path)
  if not handle then return file end
  local block
  for line in handle:lines() do
    file.lines[#file.lines + 1] = line
    local first = line:match("^%s*%-%-%- ?(.*)$")
    local more = block and line:match("^%s*%-%- ?(.*)$")
    if first then
      block = {first}
    elseif more then
      block[#block + 1] = more
    elseif block then
      file.blocks[#file.blocks + 1] = {
        line = #file.lines, code = line, text = table.concat(block, "\n"),
      }
      block = nil
    end
  end
  if block then
    file.blocks[#file.blocks + 1] = {
      line = #file.lines + 1, code = "", text = table.concat(block, "\n"),
    }
  end
  return file
end

--- What debug.getinfo says of a function as it was written.
function comments.info_of(f, what) return debug.getinfo(public.original[f] or f, what) end

--- The file of a function, and the line at which it begins.
function comments.path_of(f)
  local info = comments.info_of(f, "S")
  return info.source:match("^@(.*)"), info.linedefined
end

-- Words whose point ends no sentence: "Glorot et al. 2010".
local ABBREVIATIONS = {al = true, ["e.g"] = true, ["i.e"] = true, cf = true, vs = true, etc = true}

local SUMMARY = 40   -- characters before a colon or a semicolon that may end a summary

-- The first sentence, without the "name: " that modules begin with.
local function sentence(text, name)
  text = text:gsub("%s+", " "):gsub("^([%w_.]+): ", function(title)
    local short = name:match("[^.:]+$") or name
    return (title == "lunate" or title:match("[^.]+$") == short) and "" or nil
  end)
  local from = 1
  while true do
    local stop = text:match("()[.:;] ", from)
    if not stop then return (text:gsub(" $", "")) end
    local before = text:sub(1, stop - 1)
    local word = before:match("[%w.]+$") or ""
    local inside = select(2, before:gsub("%(", "")) > select(2, before:gsub("%)", ""))
    local short = #before < SUMMARY and text:sub(stop, stop) ~= "."   -- a title, not what it is
    if before:sub(-1) ~= "." and not ABBREVIATIONS[word] and not inside and not short then
      return (text:sub(1, stop):gsub("[:;]$", ""))
    end
    from = stop + 1
  end
end

--- A text without white space around it.
function comments.trimmed(text) return (text:gsub("^%s+", ""):gsub("%s+$", "")) end

--- Takes a doc text apart: prose, @param, @return, errors, the example. Examples are what follows
-- "Example:" in the core, lines indented by four in Lua.
function comments.parse(entry, text)
  local prose, code, tag = {}, {}, nil
  local in_example
  for line in (text .. "\n"):gmatch("(.-)\n") do
    if line:find("^Example:%s*$") then
      in_example, tag = true, nil
    elseif in_example then
      code[#code + 1] = line:gsub("^  ", "")
    elseif line:find("^    ") and not tag or line:find("^     ") then
      code[#code + 1] = line:sub(5)
      tag = nil
    elseif line:find("^@param%s") then
      local name, rest = line:match("^@param%s+([%w_.,]+)%s*(.*)$")
      while rest and name:sub(-1) == "," do   -- @param x, y  texts
        local another, after = rest:match("^([%w_.,]+)%s*(.*)$")
        if not another then break end
        name, rest = name .. " " .. another, after
      end
      tag = {name = name or line:match("^@param%s+(%S*)"), text = rest or ""}
      entry.params[#entry.params + 1] = tag
    elseif line:find("^@raise") then
      tag = nil
      prose[#prose + 1] = line:gsub("^@raise%s*", ""):gsub("^Errors?:%s*", ""):gsub("^", "Errors: ")
    elseif line:find("^@return") then
      tag = {text = line:match("^@return%s*(.*)$")}
      entry.returned = tag
    elseif tag and line:find("^%s+%S") then
      tag.text = tag.text .. " " .. comments.trimmed(line)
    elseif line == "" and #code > 0 and prose[#prose] == "" then
      code[#code + 1] = ""
    else
      tag = nil
      prose[#prose + 1] = line
    end
  end
  entry.returns = entry.returned and entry.returned.text
  entry.returned = nil
  local doc = comments.trimmed(table.concat(prose, "\n"))
  -- "Error(s): ..." ends the prose.
  local errors_at = ("\n" .. doc):match("\n()Errors?:") or ("\n" .. doc):match("%. ()Errors?:")
  if errors_at then
    local errors = doc:sub(math.max(errors_at - 1, 1)):gsub("^%s*Errors?:%s*", "")
    entry.errors = comments.trimmed(errors)
    doc = comments.trimmed(doc:sub(1, math.max(errors_at - 2, 0)))
  end
  if entry.returns and entry.returns:find("%f[%w]Errors?:") then
    local before, after = entry.returns:match("^(.-)%s*%f[%w]Errors?:%s*(.*)$")
    entry.returns, entry.errors = before, entry.errors or after
  end
  entry.doc = doc
  entry.summary = sentence(doc, entry.name or "")
  while code[#code] == "" do code[#code] = nil end
  if #code > 0 then entry.example = table.concat(code, "\n") end
end

--- The text before the line at which a function begins, or else before the line that gives it its
-- name; nil for none.
function comments.comment_of(f, name)
  local path, line = comments.path_of(f)
  if not path then return nil end
  local file = comments.read(path)
  for _, block in ipairs(file.blocks) do
    if block.line == line then return block.text, path, line end
  end
  for _, block in ipairs(file.blocks) do
    if block.code:match("[.:]" .. name .. "%s*[=(]") then return block.text, path, block.line end
  end
  return nil, path, line
end

--- The file of a module, by what it says of itself in its head.
function comments.head_of(path)
  local block = comments.read(path).blocks[1]
  if block and block.line <= #block.text + 2 and comments.read(path).lines[1]:find("^%-%-%-") then
    return block.text
  end
end

return comments
