-- Files of pictures: Keras's numbers for each kind, what is written comes back, damage is told.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local scratch = require "support.scratch"
local warnings = require "support.warnings"

local here = debug.getinfo(1, "S").source:match("^@(.*)io/pictures_spec%.lua$")
local folder_of_kinds = here .. "fixtures/pictures/"
local load_img, save_img = ln.utils.load_img, ln.utils.save_img

-- A tensor of the bytes (or words) in hexadecimal.
local function unpacked(shape, hex, digits)
  local values = {}
  for digit in hex:gmatch(("%x"):rep(digits)) do values[#values + 1] = tonumber(digit, 16) end
  return ln.tensor(values, {dtype = digits == 2 and "uint8" or "int32"}):reshape(shape)
end

local function numbers(text)
  local list = {}
  for n in text:gmatch("%d+") do list[#list + 1] = math.tointeger(tonumber(n)) end
  return list
end

describe("load_img", function()
  it("gives Keras's numbers for each kind of file, colour mode and filter", function()
    local count = 0
    for line in io.lines(folder_of_kinds .. "keras.txt") do
      local file, mode, size, interpolation, keep, shape, hex =
        line:match("^([^#|]+)|(%a+)|(%w*)|(%a+)|(%a*) (%S+) (%x+)$")
      if file then
        local picture = load_img(folder_of_kinds .. file, {color_mode = mode,
          target_size = size ~= "" and numbers(size) or nil, interpolation = interpolation,
          keep_aspect_ratio = keep ~= ""})
        local expected = unpacked(numbers(shape), hex, file:find("^gray_16") and 4 or 2)
        assert.equal(expected.dtype, picture.dtype)
        assert.is_true(picture == expected, line:match("^%S+"))
        count = count + 1
      end
    end
    assert.equal(106, count)
  end)

  it("makes bytes of 16 bits where there are colours", function()
    local gray = load_img(folder_of_kinds .. "gray_16_bits.png", {color_mode = "grayscale"})
    assert.is_true(gray:max():item() > 255)
    local rgb = load_img(folder_of_kinds .. "gray_16_bits.png")
    assert.equal("uint8", rgb.dtype)
    assert.same((gray // 256):totable()[2][3][1], rgb:totable()[2][3][2])
    local half = load_img(folder_of_kinds .. "gray_16_bits.png",
      {color_mode = "grayscale", target_size = {3, 4}, interpolation = "bilinear"})
    assert.equal("(3, 4, 1)", tostring(half.shape))
    assert.is_true(half:max():item() > 255)
  end)

  it("looks at the content and not at the name", function()
    local folder <close> = scratch.folder()
    local path = folder:write("a.png", core.read_file(folder_of_kinds .. "baseline.jpg"))
    assert.is_true(load_img(path) == load_img(folder_of_kinds .. "baseline.jpg"))
  end)

  it("refuses what is no file, no picture or no option", function()
    local folder <close> = scratch.folder()
    fails("no_such%.png", load_img, folder.path .. "/no_such.png")
    fails("'.*empty%.png': the file is empty", load_img, folder:write("empty.png", ""))
    fails("'.*text%.png': neither a PNG nor a JPEG", load_img, folder:write("text.png", "hello"))
    fails("a path expected, got nil", load_img)
    local path = folder_of_kinds .. "rgb.png"
    fails("color_mode", load_img, path, {color_mode = "cmyk"})
    fails("interpolation", load_img, path, {interpolation = "area"})
    fails("target_size is {height, width}", load_img, path, {target_size = {3}})
    fails("target_size", load_img, path, {target_size = {0, 3}})
    fails("target_size", load_img, path, {target_size = {1 << 40, 3}})
    fails("target_sze", load_img, path, {target_sze = {2, 3}})
  end)

  it("is not taken in by what a file claims", function()
    local folder <close> = scratch.folder()
    local function crc32(text)
      local r = 0xffffffff
      for i = 1, #text do
        r = r ~ text:byte(i)
        for _ = 1, 8 do r = r & 1 == 1 and r >> 1 ~ 0xedb88320 or r >> 1 end
      end
      return ~r & 0xffffffff
    end
    local function chunk(name, data)
      return (">I4"):pack(#data) .. name .. data .. (">I4"):pack(crc32(name .. data))
    end
    local whole = core.read_file(folder_of_kinds .. "rgb.png")
    local function png(width, height, depth, kind, ...)
      local header = (">I4I4BBBBB"):pack(width, height, depth, kind, 0, 0, 0)
      return whole:sub(1, 8) .. chunk("IHDR", header) .. table.concat{...}
        .. chunk("IEND", "")
    end
    local function refused(pattern, name, bytes)
      fails("load_img: '.*" .. name .. "': .*" .. pattern, load_img, folder:write(name, bytes))
    end
    refused("cannot hold a picture of 100000 by 100000", "bomb.png",
      png(100000, 100000, 8, 2, chunk("IDAT", "x")))
    refused("more than the 178956970 pixels", "large.png",
      png(20000, 20000, 1, 0, chunk("IDAT", ("x"):rep(60000))))
    refused("", "wide.png", png(0x7fffffff, 1, 16, 6, chunk("IDAT", "x")))
    refused("", "none.png", png(0, 5, 8, 2))
    refused("", "no_palette.png", png(1, 1, 8, 3, chunk("IDAT", "x\x9cc\0\0\0\2\0\1")))
    local pixel = "\x78\x01\x01\x02\x00\xfd\xff\x00\x05\x00\x07\x00\x06"   -- filter 0, byte 5
    refused("not in the palette", "palette.png",
      png(1, 1, 8, 3, chunk("PLTE", "abcdef"), chunk("IDAT", pixel)))
    local jpeg = core.read_file(folder_of_kinds .. "baseline.jpg")
    local at = jpeg:find("\xff\xc0", 1, true)
    refused("cannot hold a picture of 65500 by 65500", "bomb.jpg",
      jpeg:sub(1, at + 4) .. (">I2I2"):pack(65500, 65500) .. jpeg:sub(at + 9))
    refused("ends early", "cut.jpg", jpeg:sub(1, #jpeg - 20))
    refused("", "head.jpg", jpeg:sub(1, 3))
    -- The first scan, of whole coefficients (Al = 0), may come as often as it likes.
    local progressive = core.read_file(folder_of_kinds .. "progressive.jpg")
    local scan = progressive:find("\xff\xda", 1, true)
    local last = scan + 1 + (">I2"):unpack(progressive, scan + 2)
    local next_scan = progressive:find("\xff[\xc4\xda]", last)
    local whole_scan = progressive:sub(scan, last - 1) .. "\0"
      .. progressive:sub(last + 1, next_scan - 1)
    refused("more than 200 scans", "scans.jpg", progressive:sub(1, scan - 1)
      .. whole_scan:rep(500) .. progressive:sub(next_scan))
  end)

  it("refuses every beginning of a file", function()
    local folder <close> = scratch.folder()
    for _, name in ipairs{"interlaced.png", "palette_alpha.png", "baseline.jpg",
                          "progressive.jpg"} do
      local bytes = core.read_file(folder_of_kinds .. name)
      for n = 0, #bytes - 13, 3 do
        fails("load_img: '.*cut", load_img, folder:write("cut", bytes:sub(1, n)))
      end
    end
  end)
end)

describe("img_to_array and array_to_img", function()
  local picture = ln.arange(0, 24, 1, "uint8"):reshape{2, 4, 3}

  it("turn axes and dtypes", function()
    local array = ln.utils.img_to_array(picture)
    assert.equal("float32", array.dtype)
    assert.is_true(array == picture:astype("float32"))
    array = ln.utils.img_to_array(picture, {data_format = "channels_first", dtype = "float64"})
    assert.equal("float64 (3, 2, 4)", array.dtype .. " " .. tostring(array.shape))
    assert.equal(5, array[3][1][2])
    assert.equal("(2, 4, 1)", tostring(ln.utils.img_to_array(picture[{ {}, {}, 1 }]).shape))
    assert.is_true(ln.utils.array_to_img(array, {data_format = "channels_first", scale = false})
      == picture)
    fails("rank 2 or 3", ln.utils.img_to_array, ln.ones{2, 2, 2, 3})
    fails("a tensor expected", ln.utils.img_to_array, "x")
    fails("data_format", ln.utils.img_to_array, picture, {data_format = "last"})
  end)

  it("array_to_img scales to 0 .. 255, cut toward zero", function()
    local x = ln.tensor{{{-1}, {0}, {0.5}, {3}}}
    assert.same({{{0}, {63}, {95}, {255}}}, ln.utils.array_to_img(x):totable())
    assert.same({{{0}, {0}, {0}, {3}}}, ln.utils.array_to_img(x, {scale = false}):totable())
    assert.same({{{0}, {0}}}, ln.utils.array_to_img(ln.full({1, 2, 1}, 7)):totable())
    local large = ln.utils.array_to_img(ln.tensor{{{300}, {2}}}, {scale = false})
    assert.equal("int32", large.dtype)
    fails("1, 3 or 4 channels", ln.utils.array_to_img, ln.ones{2, 2, 2})
    fails("rank 3", ln.utils.array_to_img, ln.ones{2, 2})
    fails("rank 3", ln.utils.array_to_img, ln.ones{2, 0, 3})
  end)
end)

describe("save_img", function()
  it("writes what load_img reads", function()
    local folder <close> = scratch.folder()
    ln.set_seed(1)
    for channels, mode in pairs{[1] = "grayscale", [3] = "rgb", [4] = "rgba"} do
      local x = (ln.random.uniform{5, 7, channels} * 256):astype("uint8")
      local path = folder.path .. "/new/a.png"
      save_img(path, x, {scale = false})
      assert.is_true(load_img(path, {color_mode = mode}) == x)
      save_img(path, x:permute{3, 1, 2}, {scale = false, data_format = "channels_first"})
      assert.is_true(load_img(path, {color_mode = mode}) == x)
    end
    local smooth = ln.linspace(0, 1, 16 * 16 * 3):reshape{16, 16, 3}
    local sizes = {}
    for i, quality in ipairs{10, 75, 100} do
      local path = folder.path .. "/a.JPG"
      save_img(path, smooth, {quality = quality})
      sizes[i] = #folder:read("a.JPG")
      local error_ = (load_img(path):astype("float32") - smooth * 255):abs():max():item()
      assert.is_true(error_ < (quality == 10 and 60 or 10), quality .. ": " .. error_)
    end
    assert.is_true(sizes[1] < sizes[2] and sizes[2] < sizes[3])
    save_img(folder.path .. "/b", smooth, {file_format = "jpg"})
    assert.equal("\xff\xd8\xff", folder:read("b"):sub(1, 3))
  end)

  it("has no alpha in a JPEG, and says so", function()
    local folder <close> = scratch.folder()
    local text = warnings(function() save_img(folder.path .. "/a.jpg", ln.ones{8, 8, 4}) end)
    assert.matches("no alpha", text)
    assert.equal("(8, 8, 3)", tostring(load_img(folder.path .. "/a.jpg").shape))
  end)

  it("refuses other formats and numbers", function()
    local x = ln.ones{2, 2, 3}
    fails("ends in .png", save_img, "a.gif", x)
    fails("ends in .png", save_img, "a", x)
    fails("a path expected", save_img, nil, x)
    fails("quality", save_img, "a.jpg", x, {quality = 101})
    fails("up to 255", save_img, "a.png", ln.full({2, 2, 1}, 300), {scale = false})
    fails("cannot write '/proc/a.png'", save_img, "/proc/a.png", x)
  end)
end)

describe("lunate.jpeg", function()
  local jpeg = require "lunate.jpeg"

  it("packs gray and colours of any layout", function()
    local gray = ln.arange(0, 64, 1, "uint8"):reshape{8, 8}
    local back = jpeg.decode(jpeg.encode(gray:transpose(), 100))
    assert.equal("(8, 8, 1)", tostring(back.shape))
    assert.is_true((back:astype("float32"):squeeze(-1) - gray:transpose():astype("float32")):abs()
      :max():item() <= 2)
    fails("quality", jpeg.encode, gray, 0)
    fails("uint8 tensor", jpeg.encode, ln.zeros{2, 2})
    fails("uint8 tensor", jpeg.encode, ln.zeros({2, 2, 4}, {dtype = "uint8"}))
    fails("no JPEG form", jpeg.encode, ln.zeros({0, 2}, {dtype = "uint8"}))
    fails("no JPEG form", jpeg.encode, ln.zeros({1, 70000}, {dtype = "uint8"}))
    fails("no JPEG file", jpeg.decode, "hello")
  end)

  it("takes four inks for RGB", function()
    local bytes = core.read_file(folder_of_kinds .. "cmyk.jpg")
    assert.is_true(jpeg.decode(bytes) == load_img(folder_of_kinds .. "cmyk.jpg"))
  end)
end)
