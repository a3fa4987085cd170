-- Every example of everything public runs and shows what it says that it shows. What an example
-- needs and a machine may lack (data sets of megabytes, a library that was not built in) leaves it
-- pending, by name.
local documentation = require "lunate.documentation"
local examples = require "support.examples"

-- Without these in $LUNATE_DATA nothing is downloaded for a test.
local DATA = {
  california_housing = "cal_housing.data",
  ["cifar10."] = "cifar10/cifar-10-binary.tar.gz",
  cifar100 = "cifar100/cifar-100-binary.tar.gz",
  fashion_mnist = "fashion-mnist/train-images-idx3-ubyte.gz",
  imdb = "imdb.npz",
  mnist = "mnist/train-images-idx3-ubyte.gz",
  ["reuters.load_data"] = "reuters.npz",
  ["reuters.get_word_index"] = "reuters_word_index.json",
}

local function lacking(entry)
  for set, file in pairs(DATA) do
    if entry.name:find("ln.datasets." .. set, 1, true) then
      local handle <close> = io.open((os.getenv("LUNATE_DATA") or "/nowhere") .. "/" .. file)
      return not handle and file .. " is not in $LUNATE_DATA"
    end
  end
  local module = entry.example:find("%.keras") and "zip" or entry.example:find("%.h5") and "hdf5"
  return module and not package.searchpath("lunate." .. module, package.cpath)
    and "lunate." .. module .. " is not built in"
end

describe("the examples of", function()
  for _, entry in ipairs(documentation.entries()) do
    if entry.example then
      it(entry.name, function()
        local why = lacking(entry)
        if why then return pending(why) end
        local show = _G.print
        _G.print = function() end   -- luacheck: ignore
        local write = io.write
        io.write = function() return io.stdout end   -- luacheck: ignore
        local ok, problem = pcall(examples.run_code, entry.example, entry.name)
        _G.print, io.write = show, write   -- luacheck: ignore
        if not ok then error(problem, 0) end
      end)
    end
  end
end)
