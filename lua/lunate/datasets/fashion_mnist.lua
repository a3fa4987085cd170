--- Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): 70,000 images of clothes in ten classes.
--
--     local x_train, y_train, x_test, y_test = ln.datasets.fashion_mnist.load_data()
--     print(ln.datasets.fashion_mnist.class_names[y_train[1] + 1])          --> Ankle boot

return require "lunate.datasets._idx_images" {
  name = "fashion_mnist",
  folder = "fashion-mnist",
  class_names = {
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  },
  urls = {
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  },
  sha256 = {  -- of the decompressed files
    ["train-images-idx3-ubyte"] =
      "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ["train-labels-idx1-ubyte"] =
      "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ["t10k-images-idx3-ubyte"] =
      "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ["t10k-labels-idx1-ubyte"] =
      "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
  },
}
