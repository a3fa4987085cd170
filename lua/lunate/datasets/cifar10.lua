--- CIFAR-10 (Krizhevsky, 2009): 60,000 pictures of 32 by 32 pixels in ten classes.
--
--     print(ln.datasets.cifar10.class_names[1])                             --> airplane
--
-- In $LUNATE_DATA it is the published archive, `cifar10/cifar-10-binary.tar.gz`.

local set = {
  name = "cifar10",
  archive = "cifar-10-binary.tar.gz",
  sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  labels = 1, classes = {10},
  train = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
           "data_batch_5.bin"},
  test = {"test_batch.bin"},
}

local cifar10 = {
  class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                 "truck"},
}

--- x_train uint8 (50000, 32, 32, 3), y_train uint8 (50000, 1), x_test (10000, 32, 32, 3), y_test
-- (10000, 1): pixels 0 to 255, labels the class ids 0 to 9.
-- @return the four tensors
-- Errors: the archive is not there and cannot be downloaded (says where it was looked for), or is
-- damaged.
--
--     local x_train, y_train, x_test, y_test = ln.datasets.cifar10.load_data()
--     print(x_train.shape, y_test.shape)                 --> (50000, 32, 32, 3) (10000, 1)
function cifar10.load_data() return require "lunate.datasets._cifar"(set, 1) end

return cifar10
