--- Where the files of data sets are: $LUNATE_DATA, then the user's cache folder, then the network.

local core = require "lunate.core"
local raise = require "lunate.raise"

local MAX_BYTES = 1 << 28   -- of a download: the largest data set here has 2^25

local files = {}

--- The folder that downloads go to: $XDG_CACHE_HOME/lunate or ~/.cache/lunate; nil without a home.
function files.cache()
  local xdg, home = os.getenv("XDG_CACHE_HOME"), os.getenv("HOME")
  if xdg and xdg:sub(1, 1) == "/" then return xdg .. "/lunate" end
  return home and home ~= "" and home .. "/.cache/lunate" or nil
end

--- The folders that are searched, in order, each with the reason that it is one.
local function folders()
  local list = {}
  local data, cache = os.getenv("LUNATE_DATA"), files.cache()
  if data and data ~= "" then list[1] = {path = data, why = "$LUNATE_DATA"} end
  if cache then list[#list + 1] = {path = cache, why = "the cache folder"} end
  return list
end

-- The download's progress, on standard error: what is fetched, and how far it is every two seconds.
local function reporter(url)
  local next_time = os.time() + 2
  io.stderr:write("downloading ", url, "\n")
  return function(done, total)
    if os.time() < next_time or total <= 0 then return end
    next_time = os.time() + 2
    io.stderr:write(("  %.1f of %.1f MB\n"):format(done / 1e6, total / 1e6))
  end
end

-- Downloads to <cache>/<name> from the first address that works; the path, or nil and the reasons.
local function download(wanted, cache)
  local ok, net = pcall(require, "lunate.download")
  if not ok then
    return nil, {"lunate was built without its download module (libcurl and libcrypto)"}
  end
  if not cache then
    return nil, {"there is no cache folder: neither $XDG_CACHE_HOME nor $HOME is set"}
  end
  local path, reasons = cache .. "/" .. (wanted.download or wanted.name), {}
  for _, url in ipairs(wanted.urls) do
    local done, message = pcall(net.download, url, path, {
      sha256 = wanted.sha256, md5 = wanted.md5, gunzip = wanted.gunzip, progress = reporter(url),
      max_bytes = MAX_BYTES,
    })
    if done then return path end
    reasons[#reasons + 1] = tostring(message)
  end
  return nil, reasons
end

--- The path of a file, downloaded when it is nowhere.
-- @param wanted  `data_set` its data set's name; `name` the path below the folders; `others` names
--   that will do as well (the same file unpacked, say); `urls` of the file (or of the one that
--   `download` names); `sha256` (or `md5`) of its content, of the unpacked content with
--   `gunzip = true`
-- @return the path, and the name (`name` or one of `others`) that was found there
-- @raise when it cannot be had: which file, where it was looked for, and where to put it
function files.locate(wanted)
  local looked, places = {}, folders()
  for _, place in ipairs(places) do
    for _, name in ipairs{wanted.name, table.unpack(wanted.others or {})} do
      local path = place.path .. "/" .. name
      if core.exists(path) then return path, name end
    end
    looked[#looked + 1] = ("  %s/%s (%s)"):format(place.path, wanted.name, place.why)
  end
  if #looked == 0 or places[1].why ~= "$LUNATE_DATA" then
    table.insert(looked, 1, "  $LUNATE_DATA, which is not set")
  end
  local path, reasons = download(wanted, files.cache())
  if path then return path, wanted.download or wanted.name end
  raise("%s", table.concat({
    ("the data set %s needs the file %s, which is not at"):format(wanted.data_set, wanted.name),
    table.concat(looked, "\n"),
    "and could not be downloaded:",
    "  " .. table.concat(reasons, "\n  "),
    "Put it at one of these places, or set LUNATE_DATA to a folder that has it; it comes from",
    "  " .. table.concat(wanted.urls, "\n  "),
  }, "\n"))
end

return files
