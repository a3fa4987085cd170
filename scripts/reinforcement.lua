-- make run SCRIPT=scripts/reinforcement.lua
-- (add ARGS=episodes for another number than below)
--
-- A pole on a cart that is pushed left or right: a policy learns to balance it from nothing but how
-- long it stood (REINFORCE with a baseline: Williams, 1992). A step is a call on a single row, and
-- its gradient is taken at once. Draws the lengths of the episodes and the last one's angles.

local ln = require "lunate"
local save = ln.utils.save_figure

local episodes, limit, discount = tonumber(arg[1]) or 250, 500, 0.99
ln.set_seed(7)
math.randomseed(7)

-- ---- the cart (Barto, Sutton and Anderson, 1983): position, speed, angle, angular speed

local GRAVITY, CART, POLE, HALF_LENGTH, FORCE, SECONDS = 9.8, 1, 0.1, 0.5, 10, 0.02

local function start()
  local state = {}
  for i = 1, 4 do state[i] = 0.1 * (math.random() - 0.5) end
  return state
end

-- The state after a push to the right or the left, and whether the pole still stands.
local function push(state, right)
  local x, v, angle, w = table.unpack(state)
  local sin, cos, mass = math.sin(angle), math.cos(angle), CART + POLE
  local force = ((right and FORCE or -FORCE) + POLE * HALF_LENGTH * w * w * sin) / mass
  local turning = (GRAVITY * sin - cos * force)
    / (HALF_LENGTH * (4 / 3 - POLE * cos * cos / mass))
  local moving = force - POLE * HALF_LENGTH * turning * cos / mass
  x, v = x + SECONDS * v, v + SECONDS * moving
  angle, w = angle + SECONDS * w, w + SECONDS * turning
  return {x, v, angle, w}, math.abs(x) < 2.4 and math.abs(angle) < math.rad(12)
end

-- ---- the policy, and the baseline: how long the pole will stand as a rule

local layers = ln.layers
local policy = ln.Sequential{layers.Dense{16, activation = "tanh", input_shape = {4}},
  layers.Dense{1, activation = "sigmoid"}}     -- the probability of a push to the right
local baseline = ln.Sequential{layers.Dense{32, activation = "relu", input_shape = {4}},
  layers.Dense(1)}
baseline:compile{loss = "mse", optimizer = ln.optimizers.Adam(1e-2)}
local optimizer = ln.optimizers.Adam(1e-2)

-- One episode: its states, and for each step the gradients of -log p(what was done).
local function play()
  local state, standing, states, gradients = start(), true, {}, {}
  while standing and #states < limit do
    local tape <close> = ln.GradientTape()
    local right = policy(ln.tensor{state}, {training = true})
    local choice = math.random() < right:item() and 1 or 0
    local loss = ln.losses.binary_crossentropy(ln.tensor{{choice}}, right):mean()
    states[#states + 1] = state
    gradients[#states] = tape:gradient(loss, policy.trainable_variables)
    state, standing = push(state, choice == 1)
  end
  return states, gradients
end

-- What each step was followed by: a point for every step that the pole stood, later ones less.
local function returns_of(steps)
  local returns, sum = {}, 0
  for t = steps, 1, -1 do
    sum = 1 + discount * sum
    returns[t] = sum
  end
  return ln.tensor(returns)
end

local lengths, means, last_states = {}, {}, nil
local began = os.clock()
for episode = 1, episodes do
  local states, gradients = play()
  local returns = returns_of(#states)
  local x, y = ln.tensor(states), (returns / 100):expand_dims(2)
  -- What went better than expected is done more often, what went worse less.
  local advantages = (y - baseline:predict_on_batch(x)):flatten()
  advantages = advantages / (advantages:std() + 1e-3)
  baseline:train_on_batch(x, y)
  local sums = {}
  for t, advantage in ipairs(advantages:totable()) do
    for k, g in ipairs(gradients[t]) do
      local part = g * (advantage / #states)
      sums[k] = sums[k] and sums[k] + part or part
    end
  end
  optimizer:apply(sums, policy.trainable_variables)

  last_states, lengths[episode] = states, #states
  local sum, n = 0, math.min(episode, 50)
  for k = episode - n + 1, episode do sum = sum + lengths[k] end
  means[episode] = sum / n
  if episode % 50 == 0 or episode == episodes then
    print(("episode %3d: %5.1f steps in the mean of %d"):format(episode, means[episode], n))
  end
end
local steps = 0
for _, length in ipairs(lengths) do steps = steps + length end
print(("%d steps, %.0f microseconds each"):format(steps, 1e6 * (os.clock() - began) / steps))

local progress = ln.plot.figure{columns = 2, width = 1000}
progress:line({ln.tensor(lengths), ln.tensor(means)}, {names = {"an episode", "mean of 50"},
  title = "How long the pole stands", xlabel = "episode", ylabel = "steps"})
progress:line(ln.tensor(last_states)[{ {}, 3 }] * (180 / math.pi), {
  title = "The last episode", xlabel = "step", ylabel = "angle of the pole in degrees"})
save(progress, "reinforcement.png")

local best = math.max(table.unpack(means))
print(("best mean of 50 episodes: %.1f of %d steps"):format(best, limit))
