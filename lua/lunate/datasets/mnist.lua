--- MNIST (LeCun, Cortes and Burges): 70,000 images of handwritten digits.
--
--     local x_train, y_train, x_test, y_test = ln.datasets.mnist.load_data()
--
-- In $LUNATE_DATA the four files are in a folder `mnist`: `mnist/train-images-idx3-ubyte.gz` ...

return require "lunate.datasets._idx_images" {
  name = "mnist",
  folder = "mnist",
  class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
  urls = {
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
  },
  sha256 = {  -- of the decompressed files
    ["train-images-idx3-ubyte"] =
      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ["train-labels-idx1-ubyte"] =
      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ["t10k-images-idx3-ubyte"] =
      "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ["t10k-labels-idx1-ubyte"] =
      "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
}
