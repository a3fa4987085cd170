--- California housing (Pace and Barry, 1997): 20,640 districts of the census of 1990, eight
-- numbers and the median house value of each.
--
--     local housing = ln.datasets.california_housing.load_data()
--     print(housing.data.shape, housing.target.shape)           --> (20640, 8)  (20640,)
--
-- In $LUNATE_DATA: `cal_housing.data`, or the archive `cal_housing.tgz` that it is published in.

local ln = require "lunate"
local core = require "lunate.core"
local csv = require "lunate.data._csv"
local raise = require "lunate.raise"
local files = require "lunate.datasets._files"

local housing = {
  feature_names = {
    "MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude",
    "Longitude",
  },
}

-- A member of a tar archive by the end of its name. A header is a block of 512 bytes: the name at
-- 0, in octal digits the size at 124 and the header's sum at 148 (taken with spaces in its place);
-- whole blocks of content follow.
local function tar_member(archive, path, wanted)
  local offset = 1
  while offset + 511 <= #archive do
    local header = archive:sub(offset, offset + 511)
    local name = header:match("^[^\0]+")
    local size = tonumber(header:sub(125, 136):match("^ *([0-7]+)") or "", 8)
    local sum = tonumber(header:sub(149, 156):match("^ *([0-7]+)") or "", 8)
    local counted = 8 * 32
    for _, part in ipairs{header:sub(1, 148), header:sub(157)} do
      for i = 1, #part do counted = counted + part:byte(i) end
    end
    if not name or not size or sum ~= counted then break end
    local stop = offset + 511 + size
    if name:sub(-#wanted) == wanted and stop <= #archive then
      return archive:sub(offset + 512, stop)
    end
    offset = offset + 512 + (size + 511) // 512 * 512
  end
  return raise("'%s' is damaged: there is no whole %s in it", path, wanted)
end

local function read_table()
  local path, name = files.locate{
    data_set = "california_housing",
    name = "cal_housing.data", others = {"cal_housing.tgz"}, download = "cal_housing.tgz",
    urls = {
      "https://ndownloader.figshare.com/files/5976036",
      "https://www.dcc.fc.up.pt/~ltorgo/Regression/cal_housing.tgz",
    },
    sha256 = "aaa5c9a6afe2225cc2aed2723682ae403280c4a3695a2ddda4ffb5d8215ea681",
  }
  local options = {header = false, dtype = "float64"}
  local values
  if name == "cal_housing.data" then
    values = csv.read("read_csv", path, options)
  else
    local archive = core.read_bytes(path, 1 << 26)
    values = csv.read("parse_csv", tar_member(archive, path, "cal_housing.data"), options)
  end
  if values.shape[2] ~= 9 then
    raise("'%s': expected 9 columns, got %d", path, values.shape[2])
  end
  return values
end

--- `data` float32 (20640, 8) and `target` float32 (20640,), in 100,000 dollars, derived as
-- scikit-learn does; `feature_names`.
-- Errors: the file is not there and cannot be downloaded (says where it was looked for), or is
-- damaged.
--
--     local housing = ln.datasets.california_housing.load_data()
--     print(housing.data.shape)                                               --> (20640, 8)
function housing.load_data()
  -- longitude, latitude, age, rooms, bedrooms, population, households, income, value
  local raw = read_table()
  local column = function(i) return raw[{ {}, i }] end
  local households = column(7)
  local data = ln.stack({
    column(8), column(3), column(4) / households, column(5) / households, column(6),
    column(6) / households, column(2), column(1),
  }, {axis = 2})
  return {
    data = data:astype("float32"),
    target = (column(9) / 100000):astype("float32"),
    feature_names = table.move(housing.feature_names, 1, 8, 1, {}),
  }
end

return housing
