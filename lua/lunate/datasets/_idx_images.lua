--- Image classification sets in the four files of MNIST's form. A data set is a table of their
-- names, addresses and checksums: see fashion_mnist.lua.

local core = require "lunate.core"
local raise = require "lunate.raise"
local files = require "lunate.datasets._files"

-- Images and labels of one half, checked against each other. Leaves the checksum to the download:
-- what the user puts in place may be a part of the set.
local function read_half(set, half)
  local paths, tensors = {}, {}
  for i, part in ipairs{half .. "-images-idx3-ubyte", half .. "-labels-idx1-ubyte"} do
    local urls = {}
    for j, base in ipairs(set.urls) do urls[j] = base .. part .. ".gz" end
    paths[i] = files.locate{
      data_set = set.name, name = ("%s/%s.gz"):format(set.folder, part),
      others = {("%s/%s"):format(set.folder, part)},
      urls = urls, sha256 = set.sha256[part], gunzip = true,
    }
    tensors[i] = core.read_idx(paths[i])
  end
  local images, labels = tensors[1], tensors[2]
  local shape = images.shape
  if images.dtype ~= "uint8" or images.rank ~= 3 or shape[2] ~= 28 or shape[3] ~= 28 then
    raise("'%s': expected uint8 images of shape (n, 28, 28), got %s %s", paths[1],
      images.dtype, shape)
  end
  if labels.dtype ~= "uint8" or labels.rank ~= 1 then
    raise("'%s': expected uint8 labels of shape (n,), got %s %s", paths[2],
      labels.dtype, labels.shape)
  end
  if #images ~= #labels then
    raise("'%s': expected a label for each of the %d images, got %d", paths[2], #images,
      #labels)
  end
  if #labels > 0 and labels:max():item() > 9 then
    raise("'%s': expected labels from 0 to 9, got %d", paths[2], labels:max():item())
  end
  return images, labels
end

--- A data set's module from its description.
return function(set)
  --- x_train uint8 (60000, 28, 28), y_train uint8 (60000,), x_test (10000, 28, 28), y_test
  -- (10000,): pixels 0 (background) to 255, labels the class ids 0 to 9.
  -- @return the four tensors
  -- Errors: a file is not there and cannot be downloaded (says where it was looked for), or is
  -- damaged.
  --
  --     local x_train, y_train, x_test, y_test = ln.datasets.fashion_mnist.load_data()
  --     print(x_train.shape, y_test.shape)                       --> (60000, 28, 28) (10000,)
  function set.load_data()
    local x_train, y_train = read_half(set, "train")
    return x_train, y_train, read_half(set, "t10k")
  end
  return set
end
