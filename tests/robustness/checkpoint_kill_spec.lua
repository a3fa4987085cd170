-- A short form of checkpoint_kill.lua.
local run = require "robustness.checkpoint_kill"

describe("a training that is killed while it saves", function()
  it("leaves checkpoints that load, and ends as if it had not been", function()
    local kills, loaded, ended = run(5)
    assert.equal(5, kills)
    assert.is_true(loaded >= 5)
    assert.is_true(ended >= 1)
  end)
end)
