--- CIFAR-100 (Krizhevsky, 2009): 60,000 pictures of 32 by 32 pixels in 100 classes, which make 20
-- coarse ones.
--
--     local x_train, y_train, x_test, y_test = ln.datasets.cifar100.load_data()
--
-- In $LUNATE_DATA it is the published archive, `cifar100/cifar-100-binary.tar.gz`.

local check = require "lunate.options"

local set = {
  name = "cifar100",
  archive = "cifar-100-binary.tar.gz",
  sha256 = "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
  labels = 2, classes = {20, 100},
  train = {"train.bin"}, test = {"test.bin"},
}

local OPTIONS = {label_mode = {"choice", choices = {"fine", "coarse"}, default = "fine"}}

local cifar100 = {}

--- x_train uint8 (50000, 32, 32, 3), y_train uint8 (50000, 1), x_test (10000, 32, 32, 3), y_test
-- (10000, 1): pixels 0 to 255, labels the class ids.
-- @param options  `label_mode` ("fine": ids 0 to 99), or "coarse": 0 to 19
-- @return the four tensors
-- Errors: the archive is not there and cannot be downloaded (says where it was looked for), or is
-- damaged.
--
--     local x_train, y_train = ln.datasets.cifar100.load_data{label_mode = "coarse"}
--     print(x_train.shape, y_train:max())                --> (50000, 32, 32, 3) 19
function cifar100.load_data(options)
  local o = check("cifar100.load_data", OPTIONS, options, {"label_mode"})
  return require "lunate.datasets._cifar"(set, o.label_mode == "coarse" and 1 or 2)
end

return cifar100
