-- make run SCRIPT=scripts/gan.lua
-- (add ARGS="steps seed" for other numbers than those below)
--
-- Two networks and two optimizers (Goodfellow et al., 2014): the generator makes points from noise,
-- the discriminator tells them from real ones, which lie on a ring, and each learns from the other.

local ln = require "lunate"

local steps, seed = tonumber(arg[1]) or 4000, tonumber(arg[2]) or 42
ln.set_seed(seed)

local CODE, BATCH = 4, 128

local generator = ln.Sequential{
  ln.layers.Dense{64, activation = "leaky_relu", input_shape = {CODE}},
  ln.layers.Dense{64, activation = "leaky_relu"},
  ln.layers.Dense(2),
}
local discriminator = ln.Sequential{
  ln.layers.Dense{64, activation = "leaky_relu", input_shape = {2}},
  ln.layers.Dense{64, activation = "leaky_relu"},
  ln.layers.Dense(1),  -- a logit: positive for real
}
local generator_optimizer = ln.optimizers.Adam{learning_rate = 1e-3, beta_1 = 0.5}
local discriminator_optimizer = ln.optimizers.Adam{learning_rate = 1e-3, beta_1 = 0.5}
local cross_entropy = ln.losses.BinaryCrossentropy{from_logits = true}

local function real_points(n)
  local angle = ln.random.uniform({n}, {min = 0, max = 2 * math.pi})
  local radius = 2 + ln.random.normal({n}, {stddev = 0.05})
  return ln.stack({radius * ln.cos(angle), radius * ln.sin(angle)}, {axis = 2})
end

local function noise(n) return ln.random.normal{n, CODE} end

local real, fake = ln.ones{BATCH, 1}, ln.zeros{BATCH, 1}

-- Real points should be called real, generated ones not; the generator stays as it is.
local function train_discriminator()
  local tape <close> = ln.GradientTape()
  local loss = cross_entropy(real, discriminator(real_points(BATCH), {training = true}))
    + cross_entropy(fake, discriminator(generator(noise(BATCH)), {training = true}))
  local variables = discriminator.trainable_variables
  discriminator_optimizer:apply(tape:gradient(loss, variables), variables)
  return loss
end

-- Generated points should pass for real; the discriminator stays as it is.
local function train_generator()
  local tape <close> = ln.GradientTape()
  local loss = cross_entropy(real, discriminator(generator(noise(BATCH), {training = true})))
  local variables = generator.trainable_variables
  generator_optimizer:apply(tape:gradient(loss, variables), variables)
  return loss
end

for step = 1, steps do
  local discriminator_loss, generator_loss = train_discriminator(), train_generator()
  if step % math.max(steps // 8, 1) == 0 then
    print(("step %d/%d - discriminator loss: %.4f - generator loss: %.4f"):format(
      step, steps, discriminator_loss:item(), generator_loss:item()))
  end
end

-- How far from the middle the generated points lie, and how many of eight sectors they reach.
local points = generator:predict(noise(1000))
local radius = ln.sqrt((points ^ 2):sum{axis = 2})
local reached = {}
for _, point in ipairs(points:totable()) do
  reached[math.floor(math.atan(point[2], point[1]) / (2 * math.pi) * 8)] = true
end
local sectors = 0
for _ in pairs(reached) do sectors = sectors + 1 end
print(("radius: %.2f +- %.2f (of real points: 2 +- 0.05), sectors: %d of 8"):format(
  radius:mean():item(), radius:std():item(), sectors))
