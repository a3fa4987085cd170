--- What the generators end with: noise, then samples in a random order.

return function(x, y, options, rng)
  if options.noise and options.noise > 0 then
    x = x + rng:normal(x.shape, {stddev = options.noise})
  end
  if not options.shuffle then return x, y end
  local order = rng:permutation(#x)
  return x:take(order, {axis = 1}), y:take(order, {axis = 1})
end
