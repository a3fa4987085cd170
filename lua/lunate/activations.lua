--- ln.activations: activation functions by name, as in `activation = "relu"`, and `get`.
--
--     print(ln.activations.relu(ln.tensor{-1, 2}))                        --> [0. 2.]
return require "lunate.namespace"("activation", function(self, name)
  return self.get(name)
end)
